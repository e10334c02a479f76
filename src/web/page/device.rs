//! Connecting a device that cannot show a page of its own (RFC 8628).

use askama::Template;

use super::control::Control;
use super::{Form, Frame, Permission, View};
use crate::model::Notice;

/// Type the code that the device shows.
#[derive(Template)]
#[template(path = "device.html")]
pub struct DevicePage {
    /// What stands around the page.
    pub frame: Frame,
    /// The code, as `user_code`.
    pub form: Form,
    /// What to say first.
    pub notices: Vec<Notice>,
}

impl DevicePage {
    fn code_control(&self) -> Control<'_> {
        Control {
            hint: Some(self.frame.t("device.hint")),
            problem: self.problem_of("user_code"),
            autofocus: self.is_calm(),
            capitals: true,
            ..Control::new(&self.frame, "user-code", "user_code", self.frame.t("device.code"))
        }
    }
}

impl View for DevicePage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t("device.title")
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn anchors(&self) -> Vec<(String, String)> {
        vec![("user_code".to_owned(), "user-code".to_owned())]
    }
}

/// Connect the device, or do not.
#[derive(Template)]
#[template(path = "device_confirm.html")]
pub struct DeviceConfirmPage {
    /// What stands around the page.
    pub frame: Frame,
    /// Answered by `answer`: `connect` or `refuse`.
    pub form: Form,
    /// The application on the device.
    pub client_name: String,
    /// Who is signed in.
    pub identifier: String,
    /// The code, as the device shows it.
    pub user_code: String,
    /// Whole minutes since the device asked.
    pub minutes: u64,
    /// The network address that it asked from.
    pub asked_from: String,
    /// Whether that is another network than this browser's.
    pub elsewhere: bool,
    /// What the application will be able to do.
    pub permissions: Vec<Permission>,
}

impl DeviceConfirmPage {
    fn requested(&self) -> String {
        let minutes = self.minutes.to_string();
        self.frame.text.say("device.requested", &[("minutes", &minutes), ("address", &self.asked_from)])
    }
}

impl View for DeviceConfirmPage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.with("device.confirm_title", "client", &self.client_name)
    }
}

/// How a code has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceAnswered {
    /// The device is connected.
    Connected,
    /// It is not.
    Refused,
    /// There is nothing to answer any more.
    Over,
}

/// What became of a code.
#[derive(Template)]
#[template(path = "device_done.html")]
pub struct DeviceDonePage {
    /// What stands around the page.
    pub frame: Frame,
    /// How it ended.
    pub answered: DeviceAnswered,
    /// Leads to the page that takes a code.
    pub again_link: String,
    /// Leads to the account.
    pub account_link: String,
}

impl DeviceDonePage {
    fn sentence(&self) -> String {
        self.frame.t(match self.answered {
            DeviceAnswered::Connected => "device.done",
            DeviceAnswered::Refused => "device.nothing",
            DeviceAnswered::Over => "device.over",
        })
    }

    fn is_over(&self) -> bool {
        self.answered == DeviceAnswered::Over
    }
}

impl View for DeviceDonePage {
    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn heading(&self) -> String {
        self.frame.t(match self.answered {
            DeviceAnswered::Connected => "device.done_title",
            DeviceAnswered::Refused => "device.nothing_title",
            DeviceAnswered::Over => "device.over_title",
        })
    }
}
