//! What can be done on a page, and what can happen meanwhile.

use super::traveller::Traveller;
use crate::page::{Form, Page};

/// One move.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    /// Follows the link of these words.
    Click(String),
    /// Sends the form of this path by its button of this number, filled in this way.
    Send {
        /// The path of the form's action.
        form: String,
        /// The button: words may hold a name, so they are no name for it.
        button: usize,
        /// How it is filled.
        filling: Filling,
    },
    /// Loads the page again.
    Reload,
    /// Waits until a new code may be asked for, and loads the page again.
    WaitForResend,
    /// Goes back to the page before.
    Back,
    /// Sends the last form once more.
    Twice,
    /// Opens the mailed link in this browser.
    OpenLink,
    /// Somebody confirms the mailed link on another device.
    LinkConfirmedElsewhere,
    /// Somebody says on another device that it was not them.
    LinkDisownedElsewhere,
    /// Somebody else signs in in another tab.
    OtherTabSignsIn,
    /// Half an hour passes.
    HalfAnHour,
    /// A day passes.
    Day,
    /// The browser loses its cookies.
    CookiesAreLost,
}

/// How a form is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filling {
    /// As it comes.
    Untouched,
    /// Rightly.
    Right,
    /// With what exists already, or does not exist.
    Other,
    /// With what is refused.
    Wrong,
    /// With nothing.
    Empty,
}

impl Move {
    /// Whether the world does it, and not the person on this page.
    pub fn is_of_the_world(&self) -> bool {
        matches!(
            self,
            Self::LinkConfirmedElsewhere
                | Self::LinkDisownedElsewhere
                | Self::OtherTabSignsIn
                | Self::HalfAnHour
                | Self::Day
                | Self::CookiesAreLost
        )
    }
}

/// All moves on the page that a traveller has reached. The world meddles once on a path, and after that forms are
/// filled rightly, which keeps the walk bounded.
pub fn moves_on(traveller: &Traveller<'_>, path: &[Move]) -> Vec<Move> {
    let Some(page) = traveller.browser.try_page() else { return Vec::new() };
    // The request has run out: the page leads back to the client, and everything else on it away from the journey.
    if page.error_id().as_deref() == Some("request_expired") && traveller.waited {
        return Vec::new();
    }
    let mut moves = forms_of(page, path.iter().any(Move::is_of_the_world));
    // Decision 11: whoever has lost the cookie is known by the form that they send, and by nothing else.
    if path.last() == Some(&Move::CookiesAreLost) {
        return moves;
    }
    let links = page.links.iter().filter(|link| link.leads_on && !leaves_the_journey(&link.href));
    moves.extend(links.map(|link| Move::Click(link.text.clone())));
    moves.push(Move::Reload);
    if !path.is_empty() && !path.iter().any(Move::is_of_the_world) {
        moves.push(Move::Back);
    }
    if matches!(path.last(), Some(Move::Send { .. })) {
        moves.push(Move::Twice);
    }
    let has_mail =
        traveller.link().is_some() && page.forms.iter().any(|form| form.path().ends_with("/resend"));
    if has_mail {
        moves.push(Move::OpenLink);
    }
    if page.forms.iter().flat_map(|form| &form.buttons).any(|button| !button.enabled) {
        moves.push(Move::WaitForResend);
    }
    if !path.iter().any(Move::is_of_the_world) {
        moves.extend([Move::HalfAnHour, Move::Day, Move::CookiesAreLost]);
        if page.path() == "/login" {
            moves.push(Move::OtherTabSignsIn);
        }
        if has_mail {
            moves.extend([Move::LinkConfirmedElsewhere, Move::LinkDisownedElsewhere]);
        }
    }
    moves
}

/// Links that open beside the journey, in a tab of their own, or are a file, or that lead to the client itself.
fn leaves_the_journey(href: &str) -> bool {
    href.starts_with("/dev/") || href.starts_with("http") || href.ends_with(".txt")
}

fn forms_of(page: &Page, only_rightly: bool) -> Vec<Move> {
    let mut moves = Vec::new();
    for form in &page.forms {
        for (button, _) in form.buttons.iter().enumerate().filter(|(_, button)| button.enabled) {
            let send = |filling| Move::Send { form: form.path().to_owned(), button, filling };
            let fillings = fillings(form).iter().take(if only_rightly { 1 } else { usize::MAX });
            moves.extend(fillings.copied().map(send));
        }
    }
    moves
}

/// How a form may be filled; rightly first.
fn fillings(form: &Form) -> &'static [Filling] {
    use Filling::{Empty, Other, Right, Untouched, Wrong};
    match form.path() {
        "/login" | "/registration" | "/recovery" => &[Right, Other, Wrong, Empty],
        "/verification" | "/recovery/code" | "/login/code" => &[Right, Wrong, Empty],
        "/login/second-factor" | "/login/backup-code" => &[Right, Wrong],
        "/recovery/second-factor" | "/recovery/backup-code" => &[Right, Wrong],
        "/recovery/password" => &[Right, Wrong],
        "/registration/backup-codes" => &[Right, Untouched],
        _ => &[Untouched],
    }
}
