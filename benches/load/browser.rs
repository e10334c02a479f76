//! What a browser does on the way: cookies, redirects, forms.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::failure::{Failure, Result};
use crate::http::{Answer, Connection};

/// More redirects than this are a loop.
const REDIRECTS: usize = 12;

/// What a form is sent as.
const FORM: &str = "application/x-www-form-urlencoded";

/// A browser with one tab, or an HTTP client, which is a browser that gets no cookies.
pub struct Browser {
    connection: Connection,
    origin: String,
    host: String,
    cookies: Vec<(String, String)>,
    request: String,
}

/// The form that asks for a password: where it goes, and what it carries unseen.
struct Form {
    action: String,
    hidden: Vec<(String, String)>,
}

impl Browser {
    /// Talks to `address`, which calls itself `origin`.
    pub fn new(address: SocketAddr, origin: &str) -> Self {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host).to_owned();
        let connection = Connection::new(address);
        Self { connection, origin: origin.to_owned(), host, cookies: Vec::new(), request: String::new() }
    }

    /// Forgets all cookies: another browser, on the same connection.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// GET.
    pub async fn get(&mut self, path: &str, headers: &str) -> Result<Answer> {
        self.send("GET", path, headers, None).await
    }

    /// POST of a form.
    pub async fn post(&mut self, path: &str, headers: &str, form: &str) -> Result<Answer> {
        self.send("POST", path, headers, Some((FORM, form))).await
    }

    /// PATCH of a JSON Patch (RFC 6902).
    pub async fn patch(&mut self, path: &str, headers: &str, json: &str) -> Result<Answer> {
        self.send("PATCH", path, headers, Some(("application/json-patch+json", json))).await
    }

    /// Follows redirects until one leads to `end`; answers that address, or the page that stands in between.
    pub async fn follow(&mut self, mut answer: Answer, end: &str) -> Result<Way> {
        for _ in 0..REDIRECTS {
            match (answer.status, answer.location.take()) {
                (302 | 303 | 307, Some(location)) if location.starts_with(end) => {
                    return Ok(Way::End(location));
                }
                (302 | 303 | 307, Some(location)) => {
                    let path = location.strip_prefix(&self.origin).unwrap_or(&location).to_owned();
                    if !path.starts_with('/') {
                        return Err(Failure::new(format!("redirected to a strange place: {location}")));
                    }
                    answer = self.get(&path, "").await?;
                }
                (200, _) => return Ok(Way::Page(answer)),
                (status, _) => return Err(refused("a page", status, &answer)),
            }
        }
        Err(Failure::new("redirected without end"))
    }

    /// Fills in the form of `page` that asks for a password, and follows where that leads.
    pub async fn sign_in(&mut self, page: &Answer, email: &str, password: &str, end: &str) -> Result<String> {
        let form =
            password_form(&page.text()).ok_or_else(|| Failure::new("the page has no form for a password"))?;
        let body = fill_in(&form, &[("identifier", email), ("password", password), ("via", "password")]);
        let path = form.action.strip_prefix(&self.origin).unwrap_or(&form.action).to_owned();
        let headers = format!("Origin: {}\r\nSec-Fetch-Site: same-origin\r\n", self.origin);
        let answer = self.post(&path, &headers, &body).await?;
        match self.follow(answer, end).await? {
            Way::End(location) => Ok(location),
            Way::Page(page) => {
                Err(Failure::new(format!("signing in led to a page: {}", title(&page.text()))))
            }
        }
    }

    async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: Option<(&str, &str)>,
    ) -> Result<Answer> {
        let request = &mut self.request;
        request.clear();
        let _ = write!(
            request,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: load\r\n{headers}",
            self.host
        );
        if let [(name, value), rest @ ..] = &self.cookies[..] {
            let _ = write!(request, "Cookie: {name}={value}");
            for (name, value) in rest {
                let _ = write!(request, "; {name}={value}");
            }
            request.push_str("\r\n");
        }
        if let Some((kind, text)) = body {
            let _ = write!(request, "Content-Type: {kind}\r\nContent-Length: {}\r\n", text.len());
        }
        request.push_str("\r\n");
        request.push_str(body.map_or("", |(_, text)| text));
        let answer = self.connection.exchange(request.as_bytes()).await?;
        for cookie in &answer.cookies {
            keep(&mut self.cookies, cookie);
        }
        Ok(answer)
    }
}

/// Where a redirect led.
pub enum Way {
    /// Home, to the client.
    End(String),
    /// To a page.
    Page(Answer),
}

/// An answer that nobody wanted, in one line.
pub fn refused(what: &str, status: u16, answer: &Answer) -> Failure {
    let text: String = answer.text().chars().take(300).collect();
    Failure::new(format!("{what} answered {status}: {}", text.replace(['\r', '\n'], " ")))
}

/// Takes a `Set-Cookie` in; one without a value, or of no age, takes the cookie away.
fn keep(cookies: &mut Vec<(String, String)>, line: &str) {
    let mut parts = line.split(';').map(str::trim);
    let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
    let dead = value.is_empty() || parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
    cookies.retain(|(known, _)| known != name);
    if !dead {
        cookies.push((name.to_owned(), value.to_owned()));
    }
}

fn fill_in(form: &Form, fields: &[(&str, &str)]) -> String {
    let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(hidden)
        .extend_pairs(fields.iter().copied())
        .finish()
}

fn password_form(html: &str) -> Option<Form> {
    let form = html
        .split("<form")
        .skip(1)
        .filter_map(|rest| rest.split("</form>").next())
        .find(|form| form.contains("type=\"password\"") || form.contains("name=\"password\""))?;
    let action = attribute(form.split('>').next()?, "action")?;
    let hidden = form
        .split("<input")
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .filter(|tag| tag.contains("type=\"hidden\""))
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
        .collect();
    Some(Form { action, hidden })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&"))
}

fn title(html: &str) -> String {
    let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    title.unwrap_or("a page without a title").trim().to_owned()
}
