//! Lists in pages, by keyset: a page token names the last row that was shown, for this list with these filters, and
//! cannot be made by anybody else (I01).

use actix_web::http::StatusCode;
use actix_web::http::header;
use serde_json::Value;
use uuid::Uuid;

use super::input::Query;
use super::refusal::{Answer, Refused};
use crate::crypto::{DataSecrets, MacPurpose, base64url, from_base64url};
use crate::model::Instant;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// How many rows a page has if nobody says.
const USUAL: usize = 250;

/// How many it may have.
const MOST: usize = 1000;

/// How much of a MAC stands in a token.
const MAC: usize = 32;

/// The page that is asked for.
pub(super) struct Page {
    /// How many rows it has at most.
    pub(super) size: usize,
    list: &'static str,
    filters: String,
    after: Option<Vec<u8>>,
}

impl Page {
    /// Of the list of this name.
    pub(super) fn of(visit: &Visit, query: &Query<'_>, list: &'static str) -> Answer<Self> {
        let filters = query.without(&["page_size", "page_token"]);
        let size = match query.one("page_size")? {
            None => USUAL,
            Some(text) => text.parse().ok().filter(|size| (1..=MOST).contains(size)).ok_or_else(|| {
                Refused::bad_request("invalid_page_size", format!("page_size goes from 1 to {MOST}."))
            })?,
        };
        let after = match query.one("page_token")? {
            None => None,
            Some(token) => {
                let position = open(&visit.env().secrets, list, &filters, token);
                Some(position.ok_or_else(|| {
                    let reason = "The page_token is not one of this list with these filters.";
                    Refused::bad_request("invalid_page_token", reason)
                })?)
            }
        };
        Ok(Self { size, list, filters, after })
    }

    /// How many rows to read: one more than are shown, to know whether there are more.
    pub(super) fn limit(&self) -> i64 {
        i64::try_from(self.size + 1).unwrap_or(i64::MAX)
    }

    /// After which row the page begins, in a list by age.
    pub(super) fn after_age<T>(&self, id: impl Fn(Uuid) -> T) -> Option<(Instant, T)> {
        let (at, uuid) = self.after.as_deref()?.split_first_chunk::<8>()?;
        Some((Instant::from_micros(i64::from_be_bytes(*at)), id(Uuid::from_slice(uuid).ok()?)))
    }

    /// After which row the page begins, in a list by words.
    pub(super) fn after_word<T>(&self, id: impl Fn(Uuid) -> T) -> Option<(Vec<u8>, T)> {
        let (uuid, word) = self.after.as_deref()?.split_first_chunk::<16>()?;
        Some((word.to_vec(), id(Uuid::from_bytes(*uuid))))
    }

    /// After which row the page begins, in a list by name.
    pub(super) fn after_name(&self) -> Option<&str> {
        std::str::from_utf8(self.after.as_deref()?).ok()
    }

    /// Takes away what is beyond the page, and answers where the next one begins.
    pub(super) fn cut<T>(&self, rows: &mut Vec<T>, position: impl Fn(&T) -> Vec<u8>) -> Option<Vec<u8>> {
        if rows.len() <= self.size {
            return None;
        }
        rows.truncate(self.size);
        rows.last().map(position)
    }

    /// The rows, with the way to the first page and to the next one (RFC 8288).
    pub(super) fn reply(&self, visit: &Visit, rows: &[Value], next: Option<Vec<u8>>) -> Answer {
        let link = |token: Option<String>, rel: &str| {
            let mut query = url::form_urlencoded::Serializer::new(self.filters.clone());
            query.append_pair("page_size", &self.size.to_string());
            if let Some(token) = token {
                query.append_pair("page_token", &token);
            }
            format!("<{}?{}>; rel=\"{rel}\"", visit.path(), query.finish())
        };
        let mut links = link(None, "first");
        if let Some(position) = next {
            let token = seal(&visit.env().secrets, self.list, &self.filters, &position);
            links = format!("{links},{}", link(Some(token), "next"));
        }
        Ok(Reply::json(StatusCode::OK, &rows)?.with_text_header(header::LINK, &links))
    }
}

/// The position of a row in a list by age.
pub(super) fn age(at: Instant, id: Uuid) -> Vec<u8> {
    [&at.micros().to_be_bytes()[..], id.as_bytes()].concat()
}

/// The position of a row in a list by words.
pub(super) fn word(word: &[u8], id: Uuid) -> Vec<u8> {
    [id.as_bytes(), word].concat()
}

fn seal(secrets: &DataSecrets, list: &str, filters: &str, position: &[u8]) -> String {
    let mac = secrets.mac(MacPurpose::PageToken, &[list.as_bytes(), filters.as_bytes(), position]);
    base64url(&[&mac[..], position].concat())
}

fn open(secrets: &DataSecrets, list: &str, filters: &str, token: &str) -> Option<Vec<u8>> {
    let bytes = from_base64url(token)?;
    let (mac, position) = bytes.split_at_checked(MAC)?;
    let parts = [list.as_bytes(), filters.as_bytes(), position];
    secrets.mac_is(MacPurpose::PageToken, &parts, mac).then(|| position.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SecretText;

    #[test]
    fn sec_i01_a_page_token_is_good_for_its_own_list_and_filters_only() {
        let secrets =
            DataSecrets::new(&[SecretText::new("0123456789abcdef0123456789abcdef".to_owned())]).unwrap();
        let position = age(Instant::from_seconds(7), Uuid::from_u128(5));
        let token = seal(&secrets, "identities", "", &position);
        assert_eq!(open(&secrets, "identities", "", &token), Some(position));
        assert_eq!(open(&secrets, "messages", "", &token), None);
        assert_eq!(open(&secrets, "identities", "state=active", &token), None);
        for forged in [token[1..].to_owned(), format!("{token}A"), token.to_lowercase(), String::new()] {
            assert_eq!(open(&secrets, "identities", "", &forged), None, "{forged}");
        }
        let mut bytes = from_base64url(&token).unwrap();
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            assert_eq!(open(&secrets, "identities", "", &base64url(&bytes)), None, "byte {at}");
            bytes[at] ^= 1;
        }
    }
}
