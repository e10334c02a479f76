//! The handlers of pages: extract, call, reply.

mod account;
mod authorize;
mod breached;
mod consent;
mod device;
mod flow;
mod form;
mod inbox;
mod link;
mod login;
mod login_code;
mod logout;
mod new_codes;
mod other;
mod passkey;
mod people;
mod recovery;
mod registration;
mod said;
mod second_factor;
mod two_step;
mod verification;

pub(super) use account::passkeys::{options as passkey_to_make, show as passkeys};
pub(super) use account::sensitive::sensitive;
pub(super) use account::{
    activity, apps, change_app, confirmed, data, disown_activity, download_data, end_sessions,
    go_on as go_on_with_change, overview, password, profile, save_password, sessions, take_back, undo,
    verify,
};
pub(super) use authorize::{arrive, arrive_by_form};
pub(super) use consent::{answer as answer_consent, show as consent, switch as switch_account};
pub(super) use device::{
    answer as answer_device, confirm as confirm_device, enter as enter_device_code, show as device,
};
pub(super) use flow::sent_by_get;
pub(super) use inbox::{inbox, inbox_json};
pub(super) use link::{confirm_recovery, confirm_verification, disown_recovery, disown_verification};
pub(super) use login::{choose, choose_page, show as login, submit as sign_in};
pub(super) use login_code::{resend as resend_login_code, show as login_code, submit as submit_login_code};
pub(super) use logout::{
    check_session, done as signed_out, end_session, end_session_by_form, show as logout, sign_out,
};
pub(super) use new_codes::{keep as keep_new_codes, show as new_codes};
pub(super) use other::{
    asset, change_password, error, health_alive, health_ready, home, method_not_allowed, not_found,
};
pub(super) use passkey::{
    new_options as passkey_to_save, options as passkey_to_show, recover as submit_recovery_key,
    recovery_options as key_to_recover, save as save_new_passkey, second as submit_second_key,
    submit as sign_in_with_passkey,
};
pub(super) use recovery::{
    new_password, resend as resend_recovery, save as save_recovery, show as recovery,
    status as recovery_status, submit as ask_for_recovery, submit_code as recovery_code,
};
pub(super) use registration::{
    passkey_options as passkey_to_register, show as registration, submit as create_account,
    submit_passkey as create_account_with_passkey,
};
pub(super) use second_factor::{
    backup_code, recovery_backup_code, recovery_factor, second_factor, submit_backup_code,
    submit_recovery_backup_code, submit_recovery_factor, submit_second_factor,
};
pub(super) use two_step::{add_app, backup_codes, backup_codes_file, keep_backup_codes, show as two_step};
pub(super) use verification::{
    resend as resend_verification, show as verification, status as verification_status, submit as verify_code,
};

use std::future::Future;
use std::pin::Pin;

use actix_web::{Route, guard, web};

use super::csrf::Provenance;
use super::failure;
use super::language;
use super::reply::Reply;
use super::visit::{FormFields, Visit};
use crate::cx::Result;

/// A page that is looked at: GET and HEAD.
pub(super) fn looking<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(move |visit: Visit| {
        let handler = handler.clone();
        async move {
            language::settle(&visit).await;
            answered(&visit, handler(visit.clone()).await)
        }
    })
}

/// A page whose GET answers a client: nobody looks at it by HEAD without getting the answer.
pub(super) fn getting<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    web::get().to(move |visit: Visit| {
        let handler = handler.clone();
        async move {
            language::settle(&visit).await;
            answered(&visit, handler(visit.clone()).await)
        }
    })
}

/// A form that is sent. One that another site sent never reaches its handler, and sets no cookie.
pub(super) fn sending<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit, FormFields) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    web::post().to(move |visit: Visit| {
        let handler = handler.clone();
        async move {
            language::settle(&visit).await;
            if visit.provenance() == Provenance::Foreign {
                return failure::cross_site(&visit).unwrap_or_else(|why| failure::fault_page(&visit, &why));
            }
            let answer = match visit.form() {
                Ok(fields) => {
                    let answer = handler(visit.clone(), fields).await;
                    account::sensitive::go_on(&visit, answer).await
                }
                Err(problem) => failure::body(&visit, problem),
            };
            answered(&visit, answer)
        }
    })
}

/// A form that other sites may send, because that is how a protocol works: what it brings is checked, and our cookies
/// do not come along.
pub(super) fn by_any_site<F, Fut>(
    handler: F,
) -> impl Fn(Visit) -> Pin<Box<dyn Future<Output = Reply>>> + Clone
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    move |visit: Visit| {
        let answer = handler(visit.clone());
        Box::pin(async move { answer.await.unwrap_or_else(|fault| failure::fault_page(&visit, &fault)) })
    }
}

/// Any method, for what stands at no address.
pub(super) fn whatever<F, Fut>(handler: F) -> Route
where
    F: Fn(Visit) -> Fut + Clone + 'static,
    Fut: Future<Output = Result<Reply>> + 'static,
{
    web::route().to(move |visit: Visit| {
        let answer = handler(visit.clone());
        async move { answer.await.unwrap_or_else(|fault| failure::fault_page(&visit, &fault)) }
    })
}

fn answered(visit: &Visit, answer: Result<Reply>) -> Reply {
    match answer {
        Ok(reply) => visit.finish(reply),
        Err(fault) => failure::fault_page(visit, &fault),
    }
}
