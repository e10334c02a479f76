//! The tables, as both databases have them (`migrations/`).
#![allow(missing_docs, reason = "the migrations say what the columns mean")]

diesel::table! {
    meta (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    identities (id) {
        id -> Text,
        schema_id -> Text,
        traits -> Text,
        state -> Text,
        state_changed_at -> BigInt,
        metadata_public -> Nullable<Text>,
        metadata_admin -> Nullable<Text>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    addresses (id) {
        id -> Text,
        identity_id -> Text,
        via -> Text,
        value -> Text,
        canonical -> Text,
        verified_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    credentials (id) {
        id -> Text,
        identity_id -> Text,
        kind -> Text,
        secret -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        last_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    factor_setups (identity_id, kind) {
        identity_id -> Text,
        kind -> Text,
        session_id -> Text,
        secret -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    backup_codes (digest) {
        digest -> Binary,
        identity_id -> Text,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    trusted_devices (id) {
        id -> Text,
        identity_id -> Text,
        browser -> Binary,
        user_agent -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    trait_index (identity_id, path, value) {
        identity_id -> Text,
        path -> Text,
        value -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    search_words (identity_id, word) {
        identity_id -> Text,
        word -> Binary,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        token_digest -> Binary,
        identity_id -> Text,
        browser -> Binary,
        aal -> Text,
        amr -> Text,
        user_agent -> Text,
        peer -> Text,
        created_at -> BigInt,
        authenticated_at -> BigInt,
        last_seen_at -> BigInt,
        idle_expires_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    authorization_requests (id) {
        id -> Text,
        browser -> Nullable<Binary>,
        client_id -> Text,
        redirect_uri -> Text,
        redirect_uri_given -> Bool,
        scope -> Text,
        state -> Nullable<Text>,
        nonce -> Nullable<Text>,
        code_challenge -> Nullable<Text>,
        prompt -> Text,
        max_age -> Nullable<BigInt>,
        login_hint -> Nullable<Text>,
        ui_locales -> Nullable<Text>,
        acr_values -> Nullable<Text>,
        hinted_subject -> Nullable<Text>,
        audience -> Text,
        authenticated_at -> Nullable<BigInt>,
        chosen_at -> Nullable<BigInt>,
        consented_by -> Nullable<Text>,
        consented_scope -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        answered_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        response_type -> Text,
        response_mode -> Text,
        claims -> Nullable<Text>,
    }
}

diesel::table! {
    flows (id) {
        id -> Text,
        kind -> Text,
        browser -> Nullable<Binary>,
        request_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        return_to -> Nullable<Text>,
        identity_id -> Nullable<Text>,
        state -> Text,
        notices -> Text,
        created_at -> BigInt,
        posted_at -> Nullable<BigInt>,
        expires_at -> BigInt,
        completed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    one_time_codes (id) {
        id -> Text,
        flow_id -> Text,
        purpose -> Text,
        identity_id -> Nullable<Text>,
        address -> Text,
        digest -> Binary,
        link_digest -> Binary,
        tries -> BigInt,
        asked_from -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        superseded_at -> Nullable<BigInt>,
        disowned_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    consents (identity_id, client_id) {
        identity_id -> Text,
        client_id -> Text,
        scope -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        client_id -> Text,
        identity_id -> Text,
        session_id -> Text,
        scope -> Text,
        audience -> Text,
        offline -> Bool,
        auth_time -> BigInt,
        acr -> Text,
        amr -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        claims -> Nullable<Text>,
    }
}

diesel::table! {
    authorization_codes (digest) {
        digest -> Binary,
        request_id -> Nullable<Text>,
        client_id -> Text,
        identity_id -> Text,
        session_id -> Text,
        redirect_uri -> Text,
        redirect_uri_given -> Bool,
        scope -> Text,
        audience -> Text,
        nonce -> Nullable<Text>,
        code_challenge -> Nullable<Text>,
        auth_time -> BigInt,
        acr -> Text,
        amr -> Text,
        with_auth_time -> Bool,
        tries -> BigInt,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        grant_id -> Nullable<Text>,
        claims -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Text,
        digest -> Binary,
        grant_id -> Text,
        generation -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    access_tokens (digest) {
        digest -> Binary,
        grant_id -> Nullable<Text>,
        client_id -> Text,
        identity_id -> Nullable<Text>,
        scope -> Text,
        audience -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Text,
        revoked_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    messages (id) {
        id -> Text,
        template_type -> Text,
        recipient -> Text,
        identity_id -> Nullable<Text>,
        locale -> Text,
        data -> Text,
        status -> Text,
        attempts -> BigInt,
        last_error -> Nullable<Text>,
        next_attempt_at -> BigInt,
        lease_until -> Nullable<BigInt>,
        lease_owner -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        channel -> Text,
        destination -> Text,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        origin -> Text,
        identity_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        request_id -> Nullable<Text>,
        peer -> Nullable<Text>,
        data -> Text,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        private_key -> Text,
        created_at -> BigInt,
        retired_at -> Nullable<BigInt>,
        state -> Text,
        public_key -> Text,
        activates_at -> BigInt,
        token_life -> BigInt,
        published_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        address -> Text,
        canonical -> Text,
        schema_id -> Text,
        traits -> Text,
        client_id -> Nullable<Text>,
        return_to -> Nullable<Text>,
        link_digest -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        identity_id -> Nullable<Text>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        name -> Text,
        digest -> Binary,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    device_codes (digest) {
        digest -> Binary,
        user_code -> Binary,
        client_id -> Text,
        scope -> Text,
        audience -> Text,
        asked_from -> Text,
        interval_seconds -> BigInt,
        polled_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        identity_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        auth_time -> Nullable<BigInt>,
        acr -> Nullable<Text>,
        amr -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        grant_id -> Nullable<Text>,
    }
}

diesel::table! {
    throttles (subject) {
        subject -> Binary,
        failures -> BigInt,
        blocked_until -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    known_browsers (identity_id, browser) {
        identity_id -> Text,
        browser -> Binary,
        seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    session_clients (session_id, client_id) {
        session_id -> Text,
        client_id -> Text,
        first_at -> BigInt,
    }
}

diesel::table! {
    pushed_requests (digest) {
        digest -> Binary,
        client_id -> Text,
        parameters -> Text,
        request_id -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    client_assertions (digest) {
        digest -> Binary,
        client_id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    logout_notices (id) {
        id -> Text,
        client_id -> Text,
        identity_id -> Text,
        session_id -> Text,
        attempts -> BigInt,
        last_error -> Nullable<Text>,
        due_at -> BigInt,
        lease_owner -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        identity_id -> Text,
        credential_id -> Binary,
        kind -> Text,
        name -> Text,
        public_key -> Binary,
        sign_count -> BigInt,
        backup_eligible -> Bool,
        backed_up -> Bool,
        aaguid -> Text,
        transports -> Text,
        mac -> Binary,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        user_handle -> Nullable<Binary>,
    }
}

diesel::table! {
    webauthn_challenges (digest) {
        digest -> Binary,
        ceremony -> Text,
        subject -> Text,
        browser -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    parked_changes (id) {
        id -> Text,
        identity_id -> Text,
        session_id -> Text,
        browser -> Binary,
        path -> Text,
        sealed -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    undos (id) {
        id -> Text,
        digest -> Binary,
        identity_id -> Text,
        kind -> Text,
        data -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Text,
        hook -> Text,
        event_id -> Text,
        kind -> Text,
        identity_id -> Nullable<Text>,
        position -> BigInt,
        data -> Text,
        status -> Text,
        attempts -> BigInt,
        last_error -> Nullable<Text>,
        due_at -> BigInt,
        lease_owner -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    meta,
    identities,
    addresses,
    credentials,
    trait_index,
    search_words,
    sessions,
    authorization_requests,
    flows,
    one_time_codes,
    consents,
    grants,
    authorization_codes,
    refresh_tokens,
    access_tokens,
    revoked_tokens,
    messages,
    events,
    signing_keys,
    api_keys,
    invitations,
    throttles,
    known_browsers,
    session_clients,
    logout_notices,
    device_codes,
    pushed_requests,
    client_assertions,
    passkeys,
    webauthn_challenges,
    factor_setups,
    backup_codes,
    trusted_devices,
    parked_changes,
    undos,
    webhook_deliveries,
);
