//! All routes, and nothing else.

use actix_web::web::{self, ServiceConfig};

use super::pages::{self, getting, looking, sending, sent_by_get, whatever};
use super::{path, protocol};
use crate::model::FlowKind::{Login, Recovery, Registration, Verification};

/// The public listener: pages and protocol.
pub(super) fn public(config: &mut ServiceConfig) {
    let page = |at: &str| web::resource(at).default_service(whatever(pages::method_not_allowed));
    // They are asked for most, and a route is looked for from the first to the last.
    config
        .configure(protocol::routes)
        .service(
            page("/oauth2/auth")
                .route(getting(pages::arrive))
                .route(web::post().to(pages::by_any_site(pages::arrive_by_form))),
        )
        .service(page("/").route(looking(pages::home)))
        .service(page(path::LOGIN).route(looking(pages::login)).route(sending(pages::sign_in)))
        .service(
            page(path::LOGIN_CODE).route(looking(pages::login_code)).route(sending(pages::submit_login_code)),
        )
        .service(
            page(path::LOGIN_CODE_RESEND)
                .route(looking(|visit| sent_by_get(visit, Login)))
                .route(sending(pages::resend_login_code)),
        )
        .service(
            page(path::SECOND_FACTOR)
                .route(looking(pages::second_factor))
                .route(sending(pages::submit_second_factor)),
        )
        .service(
            page(path::BACKUP_CODE)
                .route(looking(pages::backup_code))
                .route(sending(pages::submit_backup_code)),
        )
        .service(page(path::CHOICE).route(looking(pages::choose_page)).route(sending(pages::choose)))
        .service(
            page(path::LOGIN_PASSKEY)
                .route(looking(|visit| sent_by_get(visit, Login)))
                .route(sending(pages::sign_in_with_passkey)),
        )
        .service(
            page(path::SECOND_KEY)
                .route(looking(pages::second_factor))
                .route(sending(pages::submit_second_key)),
        )
        .service(
            page(path::RECOVERY_KEY)
                .route(looking(pages::recovery_factor))
                .route(sending(pages::submit_recovery_key)),
        )
        .service(page(path::RECOVERY_KEY_OPTIONS).route(sending(pages::key_to_recover)))
        .service(page(path::LOGIN_PASSKEY_OPTIONS).route(sending(pages::passkey_to_show)))
        .service(
            page(path::REGISTRATION)
                .route(looking(pages::registration))
                .route(sending(pages::create_account)),
        )
        .service(
            page(path::REGISTRATION_PASSKEY)
                .route(looking(|visit| sent_by_get(visit, Registration)))
                .route(sending(pages::create_account_with_passkey)),
        )
        .service(page(path::REGISTRATION_PASSKEY_OPTIONS).route(sending(pages::passkey_to_register)))
        .service(
            page(path::REGISTRATION_CODES)
                .route(looking(pages::new_codes))
                .route(sending(pages::keep_new_codes)),
        )
        .service(
            page(path::VERIFICATION).route(looking(pages::verification)).route(sending(pages::verify_code)),
        )
        .service(
            page(path::VERIFICATION_RESEND)
                .route(looking(|visit| sent_by_get(visit, Verification)))
                .route(sending(pages::resend_verification)),
        )
        .service(
            page(path::VERIFICATION_LINK)
                .route(looking(|visit| sent_by_get(visit, Verification)))
                .route(sending(pages::confirm_verification)),
        )
        .service(
            page(path::VERIFICATION_DISOWN)
                .route(looking(|visit| sent_by_get(visit, Verification)))
                .route(sending(pages::disown_verification)),
        )
        .service(page(path::VERIFICATION_STATUS).route(looking(pages::verification_status)))
        .service(page(path::RECOVERY).route(looking(pages::recovery)).route(sending(pages::ask_for_recovery)))
        .service(
            page(path::RECOVERY_CODE)
                .route(looking(|visit| sent_by_get(visit, Recovery)))
                .route(sending(pages::recovery_code)),
        )
        .service(
            page(path::RECOVERY_RESEND)
                .route(looking(|visit| sent_by_get(visit, Recovery)))
                .route(sending(pages::resend_recovery)),
        )
        .service(
            page(path::RECOVERY_LINK)
                .route(looking(|visit| sent_by_get(visit, Recovery)))
                .route(sending(pages::confirm_recovery)),
        )
        .service(
            page(path::RECOVERY_DISOWN)
                .route(looking(|visit| sent_by_get(visit, Recovery)))
                .route(sending(pages::disown_recovery)),
        )
        .service(page(path::RECOVERY_STATUS).route(looking(pages::recovery_status)))
        .service(
            page(path::RECOVERY_FACTOR)
                .route(looking(pages::recovery_factor))
                .route(sending(pages::submit_recovery_factor)),
        )
        .service(
            page(path::RECOVERY_BACKUP_CODE)
                .route(looking(pages::recovery_backup_code))
                .route(sending(pages::submit_recovery_backup_code)),
        )
        .service(
            page(path::NEW_PASSWORD).route(looking(pages::new_password)).route(sending(pages::save_recovery)),
        )
        .service(
            page(path::NEW_PASSKEY)
                .route(looking(pages::new_password))
                .route(sending(pages::save_new_passkey)),
        )
        .service(page(path::NEW_PASSKEY_OPTIONS).route(sending(pages::passkey_to_save)))
        .service(
            page(path::RECOVERY_CODES).route(looking(pages::new_codes)).route(sending(pages::keep_new_codes)),
        )
        .service(page(path::CONSENT).route(looking(pages::consent)).route(sending(pages::answer_consent)))
        .service(
            page(path::CONSENT_SWITCH).route(looking(pages::consent)).route(sending(pages::switch_account)),
        )
        .service(page(path::DEVICE).route(looking(pages::device)).route(sending(pages::enter_device_code)))
        .service(
            page(path::DEVICE_CONFIRM)
                .route(looking(pages::confirm_device))
                .route(sending(pages::answer_device)),
        )
        .service(page(path::LOGOUT).route(looking(pages::logout)).route(sending(pages::sign_out)))
        .service(page(path::SIGNED_OUT).route(looking(pages::signed_out)))
        .service(page(path::ACCOUNT).route(looking(pages::overview)))
        .service(page(path::SETTINGS).route(looking(pages::home)))
        .service(page(path::ACCOUNT_VERIFY).route(looking(pages::home)).route(sending(pages::verify)))
        .service(
            page(path::CONFIRMED).route(looking(pages::confirmed)).route(sending(pages::go_on_with_change)),
        )
        .service(page(path::PROFILE).route(looking(pages::profile)).route(sending(pages::sensitive)))
        .service(page(path::PASSWORD).route(looking(pages::password)).route(sending(pages::save_password)))
        .service(page(path::PASSKEYS).route(looking(pages::passkeys)).route(sending(pages::sensitive)))
        .service(page(path::PASSKEYS_OPTIONS).route(sending(pages::passkey_to_make)))
        .service(page(path::TWO_STEP).route(looking(pages::two_step)).route(sending(pages::sensitive)))
        .service(page(path::ADD_APP).route(looking(pages::add_app)).route(sending(pages::sensitive)))
        .service(
            page(path::BACKUP_CODES)
                .route(looking(pages::backup_codes))
                .route(sending(pages::keep_backup_codes)),
        )
        .service(page(path::BACKUP_CODES_FILE).route(looking(pages::backup_codes_file)))
        .service(page(path::SESSIONS).route(looking(pages::sessions)).route(sending(pages::end_sessions)))
        .service(page(path::ACTIVITY).route(looking(pages::activity)).route(sending(pages::disown_activity)))
        .service(page(path::DATA).route(looking(pages::data)).route(sending(pages::sensitive)))
        .service(page(path::DATA_FILE).route(looking(pages::download_data)))
        .service(page(path::UNDO).route(looking(pages::undo)).route(sending(pages::take_back)))
        .service(page(path::APPS).route(looking(pages::apps)).route(sending(pages::change_app)))
        .service(page(path::ERROR).route(looking(pages::error)))
        .service(page(path::INBOX).route(looking(pages::inbox)))
        .service(page(path::INBOX_JSON).route(looking(pages::inbox_json)))
        .service(
            page("/oauth2/sessions/logout")
                .route(getting(pages::end_session))
                .route(web::post().to(pages::by_any_site(pages::end_session_by_form))),
        )
        .service(page(path::CHECK_SESSION).route(looking(pages::check_session)))
        .service(page("/.well-known/change-password").route(looking(pages::change_password)))
        .service(page("/static/{name}").route(looking(pages::asset)))
        .service(page("/health/alive").route(looking(pages::health_alive)))
        .service(page("/health/ready").route(looking(pages::health_ready)))
        .default_service(whatever(pages::not_found));
}

/// The admin listener.
pub(super) fn admin(config: &mut ServiceConfig) {
    config
        .service(web::resource("/health/alive").route(looking(pages::health_alive)))
        .service(web::resource("/health/ready").route(looking(pages::health_ready)))
        .configure(super::admin::routes);
}
