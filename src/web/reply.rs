//! Answers: their bodies, their headers by class, and the only redirects of the house.

use actix_web::body::BoxBody;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use serde::Serialize;

use super::Face;
pub use super::classes::Class;
use super::classes::{FLOW_SOURCES, class_headers};
use super::page::Page;
use super::visit::Arrived;
use crate::cx::{Fault, Result};

/// An answer.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    class: Class,
    content_type: &'static str,
    body: Bytes,
    headers: Vec<(HeaderName, HeaderValue)>,
    cookies: Vec<Cookie<'static>>,
    error_id: Option<String>,
    signs_in: bool,
}

/// The stable id of what went wrong, for the line in the log.
#[derive(Debug, Clone)]
pub struct ErrorId(pub String);

const HTML_TYPE: &str = "text/html; charset=utf-8";
const JSON_TYPE: &str = "application/json";

impl Reply {
    fn new(status: StatusCode, class: Class, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let (body, headers, cookies) = (body.into(), Vec::new(), Vec::new());
        Self { status, class, content_type, body, headers, cookies, error_id: None, signs_in: false }
    }

    /// A page of a journey.
    pub fn page(page: &impl Page) -> Result<Self> {
        Self::html(StatusCode::OK, Class::FlowPage, page)
    }

    /// A page of a journey in which pages of these origins are framed. They are parts of registered addresses.
    pub fn page_with_frames(page: &impl Page, origins: &[String]) -> Result<Self> {
        let reply = Self::page(page)?;
        if origins.is_empty() {
            return Ok(reply);
        }
        let policy = format!("{FLOW_SOURCES}; frame-src {}", origins.join(" "));
        Ok(reply.with_text_header(header::CONTENT_SECURITY_POLICY, &policy))
    }

    /// A page that never leaves.
    pub fn own_page(page: &impl Page) -> Result<Self> {
        Self::html(StatusCode::OK, Class::OwnPage, page)
    }

    /// The page that pages of other sites may frame.
    pub fn framed_page(page: &impl Page) -> Result<Self> {
        Self::html(StatusCode::OK, Class::Framed, page)
    }

    /// A page with a status.
    pub fn html(status: StatusCode, class: Class, page: &impl Page) -> Result<Self> {
        let html =
            page.render_page().map_err(|why| Fault::Internal(format!("a page did not render: {why}")))?;
        Ok(Self::new(status, class, HTML_TYPE, html.into_bytes()))
    }

    /// 303 to another address. The only redirect there is: after a form it never repeats the form (RFC 9700 4.12).
    pub fn see_other(location: &str) -> Self {
        let reply = Self::new(StatusCode::SEE_OTHER, Class::Redirect, "", Vec::new());
        match HeaderValue::from_str(location) {
            Ok(value) => reply.with_header(header::LOCATION, value),
            // Locations are built from percent-encoded parts; one that is no header is a fault of ours.
            Err(_) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, Class::Json, JSON_TYPE, "{}"),
        }
    }

    /// JSON.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(value).map_err(|why| Fault::Internal(why.to_string()))?;
        Ok(Self::new(status, Class::Json, JSON_TYPE, body))
    }

    /// A signed JWT (OIDC Core 5.3.2).
    pub fn jwt(token: String) -> Self {
        Self::new(StatusCode::OK, Class::Json, "application/jwt", token.into_bytes())
    }

    /// 201: what was made, and where it is to be found from now on (RFC 9110 15.3.2).
    pub fn created(location: &str, value: &impl Serialize) -> Result<Self> {
        Ok(Self::json(StatusCode::CREATED, value)?.with_text_header(header::LOCATION, location))
    }

    /// A JSON document that was made before.
    pub fn document(bytes: impl Into<Bytes>) -> Self {
        Self::new(StatusCode::OK, Class::Document, JSON_TYPE, bytes)
    }

    /// A document that the asker has already.
    pub fn document_unchanged(status: StatusCode) -> Self {
        Self::new(status, Class::Document, "", Vec::new())
    }

    /// Whether anybody may read it.
    pub fn is_document(&self) -> bool {
        self.class == Class::Document
    }

    /// A static file.
    pub fn asset(content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self::new(StatusCode::OK, Class::Asset, content_type, bytes)
    }

    /// A text that the browser keeps as a file of this name.
    pub fn text_file(name: &'static str, text: String) -> Self {
        Self::new(StatusCode::OK, Class::Json, "text/plain; charset=utf-8", text.into_bytes())
            .with_text_header(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""))
    }

    /// Nothing but a status.
    pub fn empty(status: StatusCode) -> Self {
        Self::new(status, Class::Json, "", Vec::new())
    }

    /// With this header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With a header whose value is a text of ours; one that cannot stand there is left out.
    pub fn with_text_header(self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.with_header(name, value),
            Err(_) => self,
        }
    }

    /// With this cookie, in place of one of the same name.
    pub fn with_cookie(mut self, cookie: Cookie<'static>) -> Self {
        self.cookies.retain(|other| other.name() != cookie.name());
        self.cookies.push(cookie);
        self
    }

    /// With the cookies of an answer that this one takes the place of, save those that it sets itself.
    pub fn in_place_of(mut self, other: Self) -> Self {
        for cookie in other.cookies {
            if self.cookies.iter().all(|own| own.name() != cookie.name()) {
                self.cookies.push(cookie);
            }
        }
        self
    }

    /// As the answer to somebody who has just shown who they are.
    pub fn signing_in(self) -> Self {
        Self { signs_in: true, ..self }
    }

    /// Whether somebody has just shown who they are.
    pub fn signs_in(&self) -> bool {
        self.signs_in
    }

    /// Where it leads, if it leads elsewhere.
    pub fn leads_to(&self) -> Option<&str> {
        let (_, location) = self.headers.iter().find(|(name, _)| *name == header::LOCATION)?;
        location.to_str().ok().filter(|_| self.status == StatusCode::SEE_OTHER)
    }

    /// With the stable id of what went wrong.
    pub fn with_error_id(mut self, id: &str) -> Self {
        self.error_id = Some(id.to_owned());
        self
    }

    /// With the time to wait.
    pub fn with_retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// As actix sends it.
    pub fn into_response(self, https: bool) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status);
        if !self.content_type.is_empty() {
            response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)));
        }
        for (name, value) in class_headers(self.class) {
            response.insert_header((name.clone(), value.clone()));
        }
        if https {
            response.insert_header((
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            ));
        }
        for (name, value) in self.headers {
            response.insert_header((name, value));
        }
        for cookie in self.cookies {
            response.cookie(cookie);
        }
        let mut response = response.body(self.body);
        if let Some(id) = self.error_id {
            response.extensions_mut().insert(ErrorId(id));
        }
        response
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        // The admin listener speaks plain HTTP, whatever the pages do.
        let public =
            request.extensions().get::<Arrived>().is_some_and(|arrived| arrived.face == Face::Public);
        let https = request
            .app_data::<actix_web::web::Data<super::Site>>()
            .is_some_and(|site| site.work().env().settings.is_https());
        self.into_response(https && public)
    }
}
