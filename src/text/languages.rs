//! The languages that this service speaks: those that ship, what operators say in other words, and which one is for whom.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use unic_langid::LanguageIdentifier;

use super::{Catalogue, ENGLISH, TextError, TextFault, check, pseudo};

/// Beside English: the tag and the source of each language that ships. A language is a file.
pub(super) const SHIPPED: [(&str, &str); 2] = [
    ("ar", include_str!("../../templates/messages/ar.ftl")),
    ("de", include_str!("../../templates/messages/de.ftl")),
];

/// The most languages of a browser's list that are looked at.
const MOST_WISHES: usize = 20;

/// All languages.
#[derive(Debug, Clone)]
pub struct Languages {
    /// English first.
    all: Vec<Arc<Catalogue>>,
    /// Those for looking at pages; nobody is given one who does not ask for it by name.
    pseudo: Vec<Arc<Catalogue>>,
    /// For whoever wants none of these.
    default: Arc<Catalogue>,
}

/// The source of a language that an operator has written: the name of its file, which begins with the tag, and its text.
pub type Own = (String, String);

impl Languages {
    /// Those that ship, with what operators say otherwise. `development` adds the two made ones: `en-XA` (longer and
    /// accented) and `ar-XB` (from right to left).
    ///
    /// # Errors
    ///
    /// All that is wrong with the operators' files.
    pub fn new(default: &str, own: &[Own], development: bool) -> Result<Self, Vec<TextFault>> {
        let faults: Vec<TextFault> = own.iter().flat_map(|(file, text)| check::check(file, text)).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut sources: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (tag, text) in SHIPPED {
            sources.entry(tag.to_owned()).or_default().push(text);
        }
        let mut english = vec![ENGLISH];
        for (file, text) in own {
            match check::tag_of(file) {
                Some(tag) if tag == "en" => english.push(text),
                Some(tag) => sources.entry(tag).or_default().push(text),
                None => {}
            }
        }
        let impossible = |why: TextError| vec![TextFault::new("messages", 0, why.to_string())];
        let english_tag = identifier("en");
        let english = Arc::new(Catalogue::new(english_tag, &english, None, None).map_err(impossible)?);
        let mut all = vec![Arc::clone(&english)];
        for (tag, sources) in &sources {
            let made = Catalogue::new(identifier(tag), sources, Some(Arc::clone(&english)), None);
            all.push(Arc::new(made.map_err(impossible)?));
        }
        let mut made = Vec::new();
        if development {
            for (tag, source, transform) in pseudo::MADE {
                let sources = [ENGLISH, source];
                let catalogue = Catalogue::new(identifier(tag), &sources, None, Some(transform));
                made.push(Arc::new(catalogue.map_err(impossible)?));
            }
        }
        let spoken = all.iter().find(|catalogue| catalogue.tag().eq_ignore_ascii_case(default)).cloned();
        let default = spoken.ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|catalogue| catalogue.tag()).collect();
            let why = format!("`{default}` is none of the languages {}", known.join(", "));
            vec![TextFault::new("languages.default", 0, why)]
        })?;
        Ok(Self { all, pseudo: made, default })
    }

    /// The tags, English first.
    pub fn tags(&self) -> Vec<&str> {
        self.all.iter().map(|catalogue| catalogue.tag()).collect()
    }

    /// English, for those who run the service.
    pub fn english(&self) -> Arc<Catalogue> {
        self.all.first().map_or_else(|| Arc::clone(&self.default), Arc::clone)
    }

    /// The language for whoever wishes nothing.
    pub fn default(&self) -> Arc<Catalogue> {
        Arc::clone(&self.default)
    }

    /// The first of these tags that is spoken here; `de-AT` is German, if there is no Austrian.
    pub fn choose<'a>(&self, wishes: impl IntoIterator<Item = &'a str>) -> Option<Arc<Catalogue>> {
        wishes.into_iter().take(MOST_WISHES).find_map(|wish| self.find(wish))
    }

    fn find(&self, wish: &str) -> Option<Arc<Catalogue>> {
        if wish.len() > 35 {
            return None;
        }
        let wish: LanguageIdentifier = wish.parse().ok()?;
        let exactly = |catalogue: &&Arc<Catalogue>| catalogue.tag == wish;
        let nearly = |catalogue: &&Arc<Catalogue>| {
            catalogue.tag.language == wish.language && catalogue.tag.region.is_none()
        };
        let spoken = self.pseudo.iter().chain(&self.all);
        spoken.clone().find(exactly).or_else(|| self.all.iter().find(nearly)).cloned()
    }
}

fn identifier(tag: &str) -> LanguageIdentifier {
    tag.parse().unwrap_or_default()
}

/// The tags of an `Accept-Language` header (RFC 9110 12.5.4), the most wanted first.
pub fn accepted(header: &str) -> Vec<&str> {
    let mut wishes: Vec<(u16, &str)> = header
        .split(',')
        .take(MOST_WISHES)
        .filter_map(|part| {
            let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
            let weight = match rest.trim().strip_prefix("q=") {
                None => 1_000,
                Some(text) => thousandths(text.trim())?,
            };
            (weight > 0).then_some((weight, tag.trim()))
        })
        .collect();
    wishes.sort_by_key(|(weight, _)| Reverse(*weight));
    wishes.into_iter().map(|(_, tag)| tag).collect()
}

/// `0.8` as 800.
fn thousandths(weight: &str) -> Option<u16> {
    let weight: f32 = weight.parse().ok()?;
    // It is between none and all; more digits than three mean nothing.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
    (0.0..=1.0).contains(&weight).then_some((weight * 1_000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(own: &[Own]) -> Languages {
        Languages::new("en", own, true).unwrap()
    }

    fn chosen(languages: &Languages, wishes: &[&str]) -> Option<String> {
        languages.choose(wishes.iter().copied()).map(|catalogue| catalogue.tag().to_owned())
    }

    #[test]
    fn the_first_wish_that_is_spoken_here_counts() {
        let all = languages(&[]);
        assert_eq!(all.tags(), ["en", "ar", "de"]);
        for (wishes, tag) in [
            (&["de"][..], Some("de")),
            (&["de-AT"], Some("de")),
            (&["DE-ch", "en"], Some("de")),
            (&["fr", "ar-EG"], Some("ar")),
            (&["fr"], None),
            (&["en-GB"], Some("en")),
            (&["en-XA"], Some("en-XA")),
            (&["ar-XB"], Some("ar-XB")),
            (&["*", "", "../../etc", "de"], Some("de")),
            (&[], None),
        ] {
            assert_eq!(chosen(&all, wishes).as_deref(), tag, "{wishes:?}");
        }
        let serious = Languages::new("de", &[], false).unwrap();
        assert_eq!(chosen(&serious, &["en-XA"]).as_deref(), Some("en"));
        assert_eq!(serious.default().tag(), "de");
    }

    #[test]
    fn a_browsers_list_is_read_by_weight() {
        assert_eq!(accepted("fr;q=0.5, de-CH, de;q=0.9, en;q=0, *;q=0.1"), ["de-CH", "de", "fr", "*"]);
        assert_eq!(accepted("de;q=2, ar;q=x, en"), ["en"]);
        assert_eq!(accepted(""), [""]);
        assert!(accepted(&"de,".repeat(10_000)).len() <= MOST_WISHES);
    }

    #[test]
    fn an_operator_says_it_in_other_words_and_adds_languages() {
        let own = |file: &str, text: &str| (file.to_owned(), text.to_owned());
        let all = languages(&[
            own("de.ftl", "login-button = Hereinspaziert\ntrait-name = Rufname\n"),
            own("fr.ftl", "login-button = Se connecter\n"),
            own("en.ftl", "login-title = Come in\n"),
        ]);
        assert_eq!(all.tags(), ["en", "ar", "de", "fr"]);
        let said = |tag: &str, id: &str| all.choose([tag]).unwrap().say(id, &[]);
        assert_eq!(said("de", "login.button"), "Hereinspaziert");
        assert_eq!(said("de", "login.title"), "Anmelden");
        assert_eq!(said("fr", "login.button"), "Se connecter");
        assert_eq!(
            (said("fr", "login.title"), said("en", "login.title")),
            ("Come in".into(), "Come in".into())
        );
        let german = all.choose(["de"]).unwrap();
        assert_eq!(
            (german.field("name", "Name"), german.field("age", "Age")),
            ("Rufname".into(), "Age".into())
        );
    }

    #[test]
    fn a_default_that_nobody_speaks_is_refused() {
        let faults = Languages::new("fr", &[], false).unwrap_err();
        assert_eq!(faults[0].to_string(), "languages.default: `fr` is none of the languages en, ar, de");
    }
}
