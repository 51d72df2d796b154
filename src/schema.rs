// @generated automatically by Diesel CLI.

diesel::table! {
    acceptances (terms_id, partner_id) {
        terms_id -> Uuid,
        partner_id -> Uuid,
        user_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Uuid,
        company_id -> Uuid,
        name -> Text,
        key_hash -> Bytea,
        ending -> Text,
        created_by -> Uuid,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit (id) {
        id -> Uuid,
        company_id -> Nullable<Uuid>,
        team_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        role -> Nullable<Text>,
        action -> Text,
        target_id -> Nullable<Uuid>,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        request_id -> Nullable<Uuid>,
        at -> Timestamptz,
    }
}

diesel::table! {
    authenticators (id) {
        id -> Uuid,
        user_id -> Uuid,
        sealed -> Bytea,
        made_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Int8,
        misses -> Int4,
    }
}

diesel::table! {
    click_days (link_id, day) {
        link_id -> Uuid,
        day -> Date,
        clicks -> Int8,
        repeated -> Int8,
    }
}

diesel::table! {
    click_salts (day) {
        day -> Date,
        salt -> Bytea,
    }
}

diesel::table! {
    clicks (id) {
        id -> Uuid,
        link_id -> Uuid,
        at -> Timestamptz,
        visitor -> Bytea,
        repeated -> Bool,
    }
}

diesel::table! {
    commissions (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        team_id -> Uuid,
        member_id -> Uuid,
        program_id -> Uuid,
        conversion_id -> Nullable<Uuid>,
        referral_id -> Nullable<Uuid>,
        sale -> Int8,
        amount -> Int8,
        currency -> Text,
        available_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    companies (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        created_at -> Timestamptz,
        requires_two_step -> Bool,
    }
}

diesel::table! {
    completions (lesson_id, member_id) {
        lesson_id -> Uuid,
        member_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    conversation_reads (conversation_id, user_id) {
        conversation_id -> Uuid,
        user_id -> Uuid,
        read_at -> Nullable<Timestamptz>,
        unread_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    conversations (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        team_id -> Uuid,
        member_id -> Nullable<Uuid>,
        last_message_at -> Timestamptz,
    }
}

diesel::table! {
    conversions (id) {
        id -> Uuid,
        company_id -> Uuid,
        api_key_id -> Uuid,
        idempotency_key -> Text,
        request_hash -> Bytea,
        customer_id -> Nullable<Uuid>,
        partner_id -> Uuid,
        team_id -> Uuid,
        member_id -> Uuid,
        program_id -> Uuid,
        link_id -> Nullable<Uuid>,
        click_id -> Nullable<Uuid>,
        amount -> Int8,
        currency -> Text,
        at -> Timestamptz,
        commission_percent -> Nullable<Int4>,
        commission_amount -> Nullable<Int8>,
    }
}

diesel::table! {
    course_completions (course_id, member_id) {
        course_id -> Uuid,
        member_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    courses (id) {
        id -> Uuid,
        company_id -> Uuid,
        name -> Text,
        description -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    customers (id) {
        id -> Uuid,
        company_id -> Uuid,
        external_id -> Text,
        partner_id -> Uuid,
        team_id -> Uuid,
        member_id -> Uuid,
        program_id -> Uuid,
        link_id -> Nullable<Uuid>,
        click_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        clicked_at -> Timestamptz,
    }
}

diesel::table! {
    destinations (id) {
        id -> Uuid,
        company_id -> Uuid,
        program_id -> Uuid,
        kind -> Text,
        name -> Text,
        url -> Nullable<Text>,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    email_changes (id) {
        id -> Uuid,
        user_id -> Uuid,
        old_email -> Text,
        new_email -> Text,
        token_hash -> Bytea,
        undo_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        changed_at -> Nullable<Timestamptz>,
        undo_until -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    enrollments (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        program_id -> Uuid,
        joined_at -> Timestamptz,
        left_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    installation (one) {
        one -> Bool,
        is_demo -> Bool,
        seeded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Uuid,
        kind -> Text,
        company_id -> Nullable<Uuid>,
        team_id -> Nullable<Uuid>,
        program_id -> Nullable<Uuid>,
        parent_id -> Nullable<Uuid>,
        put_to_team_id -> Nullable<Uuid>,
        put_by -> Nullable<Uuid>,
        put_at -> Nullable<Timestamptz>,
        email -> Text,
        name -> Text,
        team_name -> Text,
        search -> Text,
        role -> Nullable<Text>,
        asked_by -> Uuid,
        approved_by -> Nullable<Uuid>,
        status -> Text,
        generation -> Int4,
        token_hash -> Nullable<Bytea>,
        subject -> Text,
        message -> Text,
        reason -> Text,
        created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        expires_at -> Timestamptz,
        reminded_at -> Nullable<Timestamptz>,
        renewal_asked_at -> Nullable<Timestamptz>,
        answered_at -> Nullable<Timestamptz>,
        answered_by -> Nullable<Uuid>,
        staff_role -> Nullable<Text>,
    }
}

diesel::table! {
    ledger (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        currency -> Text,
        kind -> Text,
        amount -> Int8,
        available_at -> Timestamptz,
        commission_id -> Nullable<Uuid>,
        withdrawal_id -> Nullable<Uuid>,
        event -> Text,
        at -> Timestamptz,
        number -> Int8,
    }
}

diesel::table! {
    lessons (id) {
        id -> Uuid,
        course_id -> Uuid,
        position -> Int4,
        title -> Text,
        body -> Text,
        published_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    link_hosts (company_id, host) {
        company_id -> Uuid,
        host -> Text,
        added_at -> Timestamptz,
    }
}

diesel::table! {
    link_texts (text) {
        text -> Text,
        link_id -> Uuid,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    links (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        team_id -> Uuid,
        member_id -> Uuid,
        program_id -> Uuid,
        kind -> Text,
        destination_id -> Nullable<Uuid>,
        url -> Nullable<Text>,
        text -> Text,
        created_at -> Timestamptz,
        created_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    members (id) {
        id -> Uuid,
        team_id -> Uuid,
        user_id -> Uuid,
        role -> Text,
        joined_at -> Timestamptz,
        last_active_at -> Nullable<Timestamptz>,
        left_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    messages (id) {
        id -> Uuid,
        conversation_id -> Uuid,
        user_id -> Uuid,
        from_company -> Bool,
        body -> Text,
        search -> Text,
        sent_at -> Timestamptz,
    }
}

diesel::table! {
    notes (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        user_id -> Uuid,
        body -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    outbox (id) {
        id -> Uuid,
        company_id -> Nullable<Uuid>,
        message_id -> Text,
        recipient -> Text,
        sender_name -> Text,
        reply_to -> Nullable<Text>,
        subject -> Text,
        text -> Text,
        html -> Text,
        link_purpose -> Nullable<Text>,
        link_id -> Nullable<Uuid>,
        link_generation -> Nullable<Int4>,
        link_hash -> Nullable<Bytea>,
        status -> Text,
        attempts -> Int4,
        created_at -> Timestamptz,
        next_at -> Timestamptz,
        give_up_at -> Timestamptz,
        lease_id -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        sent_at -> Nullable<Timestamptz>,
        refused_at -> Nullable<Timestamptz>,
        last_error -> Text,
    }
}

diesel::table! {
    ownership_offers (id) {
        id -> Uuid,
        team_id -> Uuid,
        offered_by -> Uuid,
        member_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    partner_tags (partner_id, tag_id) {
        company_id -> Uuid,
        partner_id -> Uuid,
        tag_id -> Uuid,
    }
}

diesel::table! {
    partners (id) {
        id -> Uuid,
        company_id -> Uuid,
        team_id -> Uuid,
        joined_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        assigned_to -> Nullable<Uuid>,
    }
}

diesel::table! {
    password_resets (id) {
        id -> Uuid,
        user_id -> Uuid,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    payout_details (id) {
        id -> Uuid,
        team_id -> Uuid,
        holder -> Text,
        account -> Text,
        changed_by -> Uuid,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    program_courses (program_id, course_id) {
        company_id -> Uuid,
        program_id -> Uuid,
        course_id -> Uuid,
        required -> Bool,
    }
}

diesel::table! {
    programs (id) {
        id -> Uuid,
        company_id -> Uuid,
        name -> Text,
        description -> Text,
        destination -> Text,
        currency -> Text,
        open -> Bool,
        created_at -> Timestamptz,
        custom_link_text -> Bool,
        links_made_at -> Nullable<Timestamptz>,
        commission_percent -> Nullable<Int4>,
        commission_amount -> Nullable<Int8>,
        holding_days -> Int4,
    }
}

diesel::table! {
    rate_limits (key) {
        key -> Bytea,
        used -> Int4,
        refused -> Int4,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    recovery_codes (user_id, code_hash) {
        user_id -> Uuid,
        code_hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    referral_refunds (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        referral_id -> Uuid,
        amount -> Int8,
        reason -> Text,
        refunded_by -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    referrals (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        team_id -> Uuid,
        member_id -> Uuid,
        program_id -> Uuid,
        name -> Text,
        organisation -> Text,
        email -> Text,
        note -> Text,
        search -> Text,
        status -> Text,
        reason -> Text,
        amount -> Nullable<Int8>,
        duplicate_of -> Nullable<Uuid>,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Uuid>,
        commission_percent -> Nullable<Int4>,
        commission_amount -> Nullable<Int8>,
        self_referral -> Nullable<Text>,
        known_customer -> Bool,
    }
}

diesel::table! {
    refunds (id) {
        id -> Uuid,
        company_id -> Uuid,
        conversion_id -> Uuid,
        api_key_id -> Uuid,
        idempotency_key -> Text,
        request_hash -> Bytea,
        amount -> Int8,
        at -> Timestamptz,
        partner_id -> Uuid,
    }
}

diesel::table! {
    second_steps (id) {
        id -> Uuid,
        user_id -> Uuid,
        tries -> Int4,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id_hash) {
        id_hash -> Bytea,
        user_id -> Nullable<Uuid>,
        state -> Jsonb,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        proved_at -> Nullable<Timestamptz>,
        id -> Uuid,
        user_agent -> Text,
    }
}

diesel::table! {
    setups (id) {
        id -> Uuid,
        company_name -> Nullable<Text>,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    staff (id) {
        id -> Uuid,
        company_id -> Uuid,
        user_id -> Uuid,
        role -> Text,
        joined_at -> Timestamptz,
        left_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tags (id) {
        id -> Uuid,
        company_id -> Uuid,
        name -> Text,
    }
}

diesel::table! {
    teams (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        search -> Text,
        owner_id -> Uuid,
        member_count -> Int4,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        switches -> Array<Nullable<Text>>,
        requires_two_step -> Bool,
    }
}

diesel::table! {
    terms (id) {
        id -> Uuid,
        program_id -> Uuid,
        number -> Int4,
        body -> Text,
        published_at -> Timestamptz,
        published_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        search -> Text,
        password_hash -> Nullable<Text>,
        email_verified_at -> Nullable<Timestamptz>,
        time_zone -> Text,
        created_at -> Timestamptz,
        two_step_at -> Nullable<Timestamptz>,
        sessions_ended -> Int4,
    }
}

diesel::table! {
    withdrawal_exports (id) {
        id -> Uuid,
        company_id -> Uuid,
        made_by -> Uuid,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    withdrawal_minimums (company_id, currency) {
        company_id -> Uuid,
        currency -> Text,
        amount -> Int8,
    }
}

diesel::table! {
    withdrawals (id) {
        id -> Uuid,
        company_id -> Uuid,
        partner_id -> Uuid,
        team_id -> Uuid,
        currency -> Text,
        amount -> Int8,
        details_id -> Uuid,
        status -> Text,
        requested_by -> Uuid,
        requested_at -> Timestamptz,
        held_until -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        reason -> Text,
        export_id -> Nullable<Uuid>,
    }
}

diesel::joinable!(acceptances -> partners (partner_id));
diesel::joinable!(acceptances -> terms (terms_id));
diesel::joinable!(acceptances -> users (user_id));
diesel::joinable!(api_keys -> companies (company_id));
diesel::joinable!(api_keys -> users (created_by));
diesel::joinable!(audit -> companies (company_id));
diesel::joinable!(audit -> teams (team_id));
diesel::joinable!(audit -> users (user_id));
diesel::joinable!(authenticators -> users (user_id));
diesel::joinable!(completions -> lessons (lesson_id));
diesel::joinable!(completions -> members (member_id));
diesel::joinable!(conversation_reads -> conversations (conversation_id));
diesel::joinable!(conversation_reads -> users (user_id));
diesel::joinable!(course_completions -> courses (course_id));
diesel::joinable!(course_completions -> members (member_id));
diesel::joinable!(courses -> companies (company_id));
diesel::joinable!(customers -> companies (company_id));
diesel::joinable!(email_changes -> users (user_id));
diesel::joinable!(invitations -> companies (company_id));
diesel::joinable!(lessons -> courses (course_id));
diesel::joinable!(link_hosts -> companies (company_id));
diesel::joinable!(link_texts -> links (link_id));
diesel::joinable!(links -> users (created_by));
diesel::joinable!(members -> teams (team_id));
diesel::joinable!(members -> users (user_id));
diesel::joinable!(messages -> conversations (conversation_id));
diesel::joinable!(messages -> users (user_id));
diesel::joinable!(notes -> users (user_id));
diesel::joinable!(outbox -> companies (company_id));
diesel::joinable!(ownership_offers -> teams (team_id));
diesel::joinable!(ownership_offers -> users (offered_by));
diesel::joinable!(partners -> companies (company_id));
diesel::joinable!(partners -> teams (team_id));
diesel::joinable!(password_resets -> users (user_id));
diesel::joinable!(payout_details -> teams (team_id));
diesel::joinable!(payout_details -> users (changed_by));
diesel::joinable!(programs -> companies (company_id));
diesel::joinable!(recovery_codes -> users (user_id));
diesel::joinable!(referral_refunds -> users (refunded_by));
diesel::joinable!(referrals -> users (decided_by));
diesel::joinable!(second_steps -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(staff -> companies (company_id));
diesel::joinable!(staff -> users (user_id));
diesel::joinable!(tags -> companies (company_id));
diesel::joinable!(teams -> users (owner_id));
diesel::joinable!(terms -> programs (program_id));
diesel::joinable!(terms -> users (published_by));
diesel::joinable!(withdrawal_exports -> companies (company_id));
diesel::joinable!(withdrawal_exports -> users (made_by));
diesel::joinable!(withdrawal_minimums -> companies (company_id));

diesel::allow_tables_to_appear_in_same_query!(
    acceptances,
    api_keys,
    audit,
    authenticators,
    click_days,
    click_salts,
    clicks,
    commissions,
    companies,
    completions,
    conversation_reads,
    conversations,
    conversions,
    course_completions,
    courses,
    customers,
    destinations,
    email_changes,
    enrollments,
    installation,
    invitations,
    ledger,
    lessons,
    link_hosts,
    link_texts,
    links,
    members,
    messages,
    notes,
    outbox,
    ownership_offers,
    partner_tags,
    partners,
    password_resets,
    payout_details,
    program_courses,
    programs,
    rate_limits,
    recovery_codes,
    referral_refunds,
    referrals,
    refunds,
    second_steps,
    sessions,
    setups,
    staff,
    tags,
    teams,
    terms,
    users,
    withdrawal_exports,
    withdrawal_minimums,
    withdrawals,
);
