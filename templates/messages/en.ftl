### Every sentence that a person reads on a page, English master.
### An id `a.b_c` in the code is `a-b_c` here. Say what happened and how to mend it; at most 140 characters.

## The language itself

# `ltr` or `rtl`: the direction of the script.
language-direction = ltr
date-long = { $day } { $month } { $year }, { $time } UTC
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
agent-unknown = An unknown browser
agent-on = { $browser } on { $system }

## Signing in

login-title = Sign in
login-title_again = Confirm it's you
login-again = Enter your password again before you go on.
login-email = Email
login-username = Email or username
login-password = Password
login-button = Sign in
login-code = Email me a code
login-recovery = Forgot your password?
login-new_here = New here?
login-registration = Create an account
login-not_you = Not you?
login-switch = Use another account
login-mismatch = That email and password don't match. Check both and try again.
login-slow_down =
    { $minutes ->
        [one] That's too many tries. Wait 1 minute, or reset your password.
       *[other] That's too many tries. Wait { $minutes } minutes, or reset your password.
    }
login-reset_needed = That's too many tries in all. Reset your password to sign in again.
login-disabled = This account is switched off. Contact { $support }.
login-deleting = This account will be deleted on { $time }. To keep it, open the link in our email about that.
login-expired_reenter = We had to reload this page. Enter your password again.

passkey-button = Sign in with a passkey
passkey-cancelled = The passkey wasn't used. Try again or sign in another way.
passkey-unsupported = This browser can't use passkeys. Sign in another way.
passkey-unknown = This passkey was removed from your account. Sign in another way.
passkey-failed = That passkey didn't work. Try again or sign in another way.
passkey-second = Use a passkey or security key
passkey-second_title = Use your passkey or security key
passkey-second_sentence = Your device asks you for it. Your password alone isn't enough for this account.
passkey-second_script = This step needs JavaScript. Switch it on in this browser, or use a backup code.
passkey-expired = That took a little too long, so nothing was done. Try again.

## The second step

factor-title_totp = Enter your 6-digit code
factor-sentence_totp = Open your authenticator app and enter the code that it shows.
factor-label_totp = Code from your app
factor-title_backup = Enter a backup code
factor-sentence_backup = Enter one of the codes that you saved when you turned on two-step verification.
factor-label_backup = Backup code
factor-hint_backup = Each code works once
factor-button = Continue
factor-trust = Trust this device for { $days } days
factor-use_backup = Use a backup code
factor-use_totp = Use your authenticator app
factor-slow_down =
    { $minutes ->
        [one] That's too many tries. Wait 1 minute, then try again.
       *[other] That's too many tries. Wait { $minutes } minutes, then try again.
    }
totp-mismatch = That code isn't right. Use the newest code from your app.
totp-short = The code has 6 numbers. You entered { $n }.
totp-long = The code has 6 numbers. You entered { $n }.
totp-clock = Check that your phone's clock is set automatically.
backup-used = That backup code was already used. Enter another one.
backup-mismatch = That backup code isn't right. Check it and try again.

## Creating an account

registration-title = Create your account
registration-title_invited = Join { $app }
registration-invitation_over = This invitation works no more. Ask whoever invited you for a new one.
registration-invited_address = The invitation is for another email address.
registration-invited_taken = There is an account with this email already. Sign in with it.
registration-button = Create account
registration-passkey = Create account with a passkey
registration-passkey_cancelled = No passkey was made. Try again, or choose a password.
registration-have_account = Already have an account?
registration-terms = When you create an account, you agree to the terms of { $app }.
registration-closed = { $app } doesn't take new accounts at the moment. You can sign in if you have one.
email-hint = We'll send a code to check it's yours.
email-format = Enter an email address in the correct format, like name@example.com
email-taken_unused = That address can't be used for this account. Enter a different one.
form-wrong = What you entered doesn't fit together. Check it and send it again.
field-empty =
    { $field ->
        [current_password] Enter your current password
        [backup_code] Enter a backup code
       *[other] Enter your { $field }
    }
field-optional = (optional)
field-too_long = Enter at most { $max } characters for { $field }
field-wrong = Check your { $field } and enter it again

## Passwords

pw-new = New password
pw-choose = Password
pw-current = Current password
pw-rule = At least { $min } characters. Three or four unrelated words are easy to remember.
pw-show = Show
pw-hide = Hide
pw-show_label = Show password
pw-hide_label = Hide password
pw-shown = Your password is visible
pw-hidden = Your password is hidden
pw-short = Choose a password with at least { $min } characters. This one has { $n }.
pw-long = Choose a password with at most { $max } characters.
pw-common = Many people use this password, so it is easy to guess. Choose a different one, for example three or four unrelated words.
pw-breached = This password has appeared in a data leak elsewhere. Choose a different one.
pw-breached_sign_in = Your password is right, but others know it: it is common, or was in a data leak elsewhere. Choose a new one to go on.
pw-context = Your password contains { $word }, which is easy to guess. Choose one without it.
pw-same = That is your current password. Choose a new one.
password-mismatch_current = That isn't your current password. Check it and try again.
password-changed = Your password is changed

## Codes and links

code-title = Check your email
code-sent_to = We sent an 8-digit code to { $address }. It works for 10 minutes.
code-maybe_sent_to = If { $address } can receive mail from us, an 8-digit code is on its way. It works for 10 minutes.
code-label = 8-digit code
code-button = Continue
code-resend = Send a new code
code-resend_wait = You can ask for a new code in { $seconds } s
code-change = Use a different email
code-skip = Skip for now
code-not_there = Not there? Look in spam, or search for mail from { $from }.
code-inbox = Open the development inbox
code-mismatch = That code isn't right. Check the newest email from us and try again.
code-short =
    { $n ->
        [one] The code has 8 numbers. You entered 1.
       *[other] The code has 8 numbers. You entered { $n }.
    }
code-long = The code has 8 numbers. You entered { $n }.
code-expired = That code has run out. Ask for a new one below.
code-too_many = That's too many tries with this code. Ask for a new one below.
code-newer = That code has been replaced. Use the one in the email that we sent at { $time }.
code-sent = A new code is on its way. Only the newest one works.
code-wait =
    { $seconds ->
        [one] You can ask for a new code in 1 second.
       *[other] You can ask for a new code in { $seconds } seconds.
    }
code-wait_minutes =
    { $minutes ->
        [one] You can ask for a new code in 1 minute.
       *[other] You can ask for a new code in { $minutes } minutes.
    }
code-limit = That's as many codes as we send in one day. Look for the newest email from us, or try again tomorrow.
mail-down = We can't send email at the moment. We'll keep trying; you can also { $alternative }.
mail-way_password = sign in with your password
mail-way_skip = skip this for now
mail-way_change = use a different email
mail-way_sign_in = go back to sign in
address-verified = Your email is confirmed
address-confirmed_elsewhere = Your email is confirmed. Go back to the device where you started; it moves on by itself.
address-disowned = Thank you. Nothing was confirmed, and this link no longer works.

link-title_verification = Confirm your email
link-title_recovery = Reset your password
link-sentence_verification = Somebody used { $address } for an account with { $app }. Confirm that it's yours.
link-sentence_recovery = Somebody asked for a new password for { $address }.
link-sentence_given = You were given this link to choose a new password for { $app }.
link-elsewhere_verification = You opened this on another device. Confirm here, then go back to the other one.
link-elsewhere_recovery = You opened this on another device. You choose the new password here, and then sign in with it on the other one.
link-asked_at = Asked for
link-asked_from = From
link-confirm = Confirm
link-continue = Continue
link-disown = This wasn't me
link-expired = That link has run out. Ask for a new email below.
link-used = That link was already used. Ask for a new email if you still need one.

## A forgotten password

recovery-title = Reset your password
recovery-sentence = Enter the email of your account. We'll send you a code.
recovery-email = Email
recovery-button = Continue
recovery-slow_down =
    { $minutes ->
        [one] That's too many codes from where you are. Wait 1 minute, then try again.
       *[other] That's too many codes from where you are. Wait { $minutes } minutes, then try again.
    }
recovery-signed_in = You're signed in as { $who }. Set a new password?
recovery-back = Back to sign in
recovery-new_title = Choose a new password
recovery-save = Save and continue
recovery-ends = When you save it, you're signed out on all other devices.
recovery-passkey = Use a passkey instead
recovery-passkey_cancelled = No passkey was made. Try again, or choose a new password.

## Access by apps

consent-title = Allow { $client } to access your account?
consent-signed_in_as = Signed in as { $who }
consent-switch = Use another account
consent-list = { $client } will be able to:
consent-destination = You'll go to { $destination }
consent-this_computer = an app on this computer
form_post-title = Going back to { $client }
form_post-line = We're taking you back to the app. If nothing happens, go on with the button.
form_post-button = Continue
consent-policy = Privacy notice of { $client }
consent-tos = Terms of { $client }
consent-remember = Don't ask again for this app
consent-allow = Allow
consent-deny = Don't allow
scope-openid-title = Know who you are
scope-openid-line = It gets a number that stands for you, so that it knows you next time.
scope-profile-title = See your profile
scope-profile-line = Your name and what else you wrote in your profile.
scope-email-title = See your email
scope-email-line = Your email address, and whether it is confirmed.
scope-phone-title = See your phone number
scope-phone-line = Your phone number, and whether it is confirmed.
scope-address-title = See your postal address
scope-address-line = The postal address in your profile.
scope-offline_access-title = Stay connected
scope-offline_access-line = It keeps its access when you're not using it.
scope-other-title = Use { $scope }
scope-other-line = The app asks for this by name.

## Connecting a device

device-title = Connect a device
device-sentence = Enter the code that the device shows.
device-code = Code
device-hint = 8 letters shown on the device, like WDJB-MJHT
device-button = Continue
device-empty = Enter the code that the device shows
device-format = The code has 8 letters and no numbers, like WDJB-MJHT. Check it and enter it again.
device-mismatch = No device shows that code. Check it and enter it again.
device-slow_down =
    { $minutes ->
        [one] That's too many wrong codes. Wait 1 minute, then try again.
       *[other] That's too many wrong codes. Wait { $minutes } minutes, then try again.
    }
device-confirm_title = Connect { $client } on another device?
device-check = Check that the device shows { $code }
device-requested =
    { $minutes ->
        [0] Requested less than a minute ago from IP { $address }
        [one] Requested 1 minute ago from IP { $address }
       *[other] Requested { $minutes } minutes ago from IP { $address }
    }
device-warning = Only continue if you have this device with you. Nobody from { $app } will ever send you a code to enter here.
device-elsewhere = The device asked from another network than the one you use now. If it isn't beside you, don't connect it.
device-connect = Connect
device-refuse = Don't connect
device-done_title = Done. Go back to your device.
device-done = It goes on by itself. You can close this page.
device-nothing_title = Nothing was connected.
device-nothing = The device gets no access to your account.
device-over_title = That code has run out. Start again on the device.
device-over = The device then shows you another code.
device-again = Enter another code

## Two accounts

session-other = You're already signed in as { $a }.
chooser-title = Which account do you want to use?
chooser-title_one = You're already signed in
chooser-continue = Continue as { $who }
chooser-switch = Switch to { $who }
chooser-other = Use another account

## The account

account-nav = Your account
account-overview = Overview
account-profile = Profile
account-password = Password
account-passkeys = Passkeys
account-two_step = Two-step verification
account-sessions = Devices
account-apps = Connected apps
account-activity = Activity
account-data = Your data
account-sign_out = Sign out
account-hello = Hello, { $name }
account-name = Name
account-no_name = Not given
account-email = Email
account-no_email = None
account-verified = Confirmed
account-unverified = Not confirmed
account-verify = Send a code to confirm it
account-change_profile = Change your profile
account-change_password = Change your password
account-see_sessions = See your devices
check-title = Security check
check-in_order = Nothing needs your attention.
check-unproven = Your email is not confirmed yet, so it can't bring you back in if you lose your way to sign in.
check-no_second = Two-step verification is off.
check-add_second = Turn it on
check-few_codes =
    { $n ->
        [0] You have no backup codes left.
        [one] You have 1 backup code left.
       *[other] You have { $n } backup codes left.
    }
check-make_codes = Make new backup codes
check-strange = New devices that have signed in lately:
profile-title = Your profile
profile-save = Save changes
profile-saved = Your changes are saved
profile-email_hint = We'll send a code to a new address before it replaces the old one. Other devices are then signed out.
password-title = Change your password
password-button = Change password
password-end_others = Sign out of other devices
two_step-title = Two-step verification
two_step-off = It is off. With it, a password alone doesn't open your account: a code from an app on your phone is asked for too.
two_step-on = It is on. When you sign in, we ask for a code from your authenticator app.
two_step-on_key = It is on. When you sign in with your password, we ask for a passkey or a security key, too.
two_step-app = Authenticator app
two_step-add = Set up an authenticator app
two_step-remove = Turn off two-step verification
two_step-added = Two-step verification is on. Your other devices are signed out.
two_step-removed = Two-step verification is off
two_step-remove_app = Remove the authenticator app
two_step-app_removed = The authenticator app is removed. Your passkeys and security keys are still asked for.
two_step-codes = Backup codes
two_step-codes_left =
    { $n ->
        [0] You have no codes left. Make new ones, so that you can sign in without your phone.
        [one] You have 1 code left. Make new ones soon.
       *[other] You have { $n } codes left, for a day without your phone.
    }
two_step-codes_new = Make new backup codes
two_step-codes_kept = Your backup codes are saved
two_step-devices = Trusted devices
two_step-devices_sentence = On these devices we don't ask for the second step when you sign in.
two_step-until = until
two_step-untrust = Don't trust
two_step-untrusted = That device is not trusted any more
add_app-title = Set up an authenticator app
add_app-scan = Scan this with your authenticator app:
add_app-qr = QR code for your authenticator app
add_app-key = Or type this key into it:
add_app-key_name = the key
add_app-account = Account: { $account }, from { $issuer }
add_app-label = Code that the app shows
add_app-button = Turn on
add_app-cancel = Not now
add_app-over = That took too long. Set up the app again.
codes-title = Save your backup codes
codes-sentence = Each one opens your account once, without your phone. They are shown only now, so keep them somewhere safe.
codes-sentence_passkey = If you lose your passkey, your email and one of these codes let you back in. They are shown only now, so keep them somewhere safe.
codes-download = Download
codes-print = Print
codes-saved = I've saved these codes
codes-button = Continue
codes-not_saved = Tick the box once you have saved your codes
sessions-title = Your devices
sessions-sentence = These devices are signed in to your account.
sessions-current = This device
sessions-signed_in = Signed in
sessions-last_seen = Last active
sessions-apps = Used for:
sessions-end = Sign out
sessions-end_others = Sign out everywhere else
sessions-none = No other device is signed in.
session-ended = That device is signed out
sessions-ended =
    { $n ->
        [0] No other device was signed in
        [one] One other device is signed out
       *[other] Your other devices are signed out
    }

passkeys-title = Your passkeys
passkeys-sentence = With a passkey you sign in as you unlock your device: no password to remember, and none to give away.
passkeys-key_sentence = A security key is a small device that you touch after you have entered your password.
passkeys-add_key = Add a security key
passkeys-none = You have no passkey and no security key yet.
passkeys-security_key = Security key
passkeys-created = Added
passkeys-last_used = Last used
passkeys-not_used = Not used yet
passkeys-add = Add a passkey
passkeys-script = To add one, switch on JavaScript in this browser.
passkeys-no_name = This service goes by an address and not by a name, so browsers make no passkeys for it.
passkeys-rename = Rename
passkeys-new_name = New name
passkeys-save = Save the name
passkeys-remove = Remove
passkeys-cancelled = Nothing was added. Try again if you want to.
passkeys-ready = You have confirmed that it's you. You can add it now.
passkeys-unsupported = This browser can't make passkeys.
passkey-added = It is added. You can use it the next time you sign in.
passkey-renamed = The new name is saved
passkey-removed = It is removed, and doesn't work here any more
passkey-last = This is your only way to sign in. Add another one before you remove it.
passkey-not_added = That couldn't be added to your account. If it is new, try again.
passkey-too_many = You have as many as an account can hold. Remove one that you don't use any more.

how-password = with your password
how-code = with a code
how-passkey = with a passkey
apps-title = Your connected apps
apps-sentence = These apps may use your account.
apps-none = No app may use your account at the moment.
apps-list = It may:
apps-first = Since
apps-last = Last used
apps-offline = It keeps its access when you're not using it.
apps-remembered = It isn't asked for again.
apps-remove = Remove access
apps-ask = Always ask me
apps-removed = { $client } has no access to your account any more
apps-asks = { $client } asks you again the next time
activity-title = Activity
activity-sentence = What has happened to your account in the last 30 days.
activity-signed_in = You signed in
activity-failed = Somebody tried to sign in and couldn't
activity-password_mismatch = A wrong current password was entered
activity-signed_out = A device was signed out
activity-recovery_asked = A code for a new password was asked for
activity-recovered = The password was reset with a code
activity-credential_changed = The password was changed
activity-password_removed = The password was removed
activity-factor_added = Two-step verification was turned on
activity-factor_removed = Two-step verification was turned off
activity-factor_failed = The second step didn't succeed
activity-backup_code_used = A backup code was used
activity-backup_codes_removed = The backup codes were removed
activity-passkey_added = A passkey was added
activity-passkey_removed = A passkey was removed
activity-address_changed = The email was changed
activity-address_restored = The old email was put back
activity-created = The account was created
activity-changed_by_administrator = An administrator changed your account
activity-profile_changed = The profile was changed
activity-allowed = You gave access to { $client }
activity-withdrawn = You took access from { $client }, or let it ask again
activity-device_connected = You connected a device to { $client }
activity-token_copied = A key of { $client } was used twice, so it was signed out
activity-deletion_scheduled = The deletion of the account was asked for
activity-deletion_withdrawn = The deletion of the account was taken back
activity-disown_sentence = Is there something that you haven't done? Then nobody but you stays signed in, and you choose a new password.
activity-disown = This wasn't me
activity-ended = Everybody else is signed out. Choose a new password now, so that nobody gets in again.
data-title = Your data
data-download_title = Download
data-download_sentence = A file with what we know of you: your profile, devices, apps and activity. It holds no passwords.
data-download = Download my data
data-ready = You have confirmed that it's you. You can download your data now.
delete-title = Delete your account
delete-sentence = Your account is switched off at once, and deleted after 7 days. Until then, a link in our email keeps it.
delete-label = Enter { $who } to go on
delete-button = Delete my account
delete-mismatch = That isn't the email of this account. Check it and enter it again.
delete-title_scheduled = Your account will be deleted
delete-scheduled = It is switched off now, and deleted on { $time }. To keep it, open the link in the email that we've sent you.
undo-title_address = Put your old email back?
undo-sentence_address = { $address } becomes the email of your account again, and all devices and apps are signed out.
undo-button_address = Put it back
undo-title_address_done = Your old email is back
undo-address = Everybody is signed out. Reset your password now, so that nobody gets in again.
undo-title_deletion = Keep your account?
undo-sentence_deletion = Your account will not be deleted, and you can sign in to it again.
undo-button_deletion = Keep my account
undo-title_deletion_done = Your account stays
undo-deletion = You can sign in again. Apps that you used ask you to sign in, too.
undo-title_over = Nothing to take back
undo-over = That link was used already, or it has run out. Nothing has been changed.
undo-taken = Another account has that email by now, so it can't be put back. Contact the people who run this service.
change-title = Save your change?
change-sentence = You have confirmed that it's you. Your change is not saved yet.
change-button = Save the change
change-leave = Leave everything as it is
change-over = That waited for more than 10 minutes, so nothing was changed. Enter it again if you still want it.

## Signing out

logout-title = Sign out?
logout-signed_in_as = You're signed in as { $who }.
logout-applications = This also signs you out of:
logout-button = Sign out
logout-stay = Stay signed in
logout-done_title = You're signed out
logout-done = You can close this page.
logout-again = Sign in again
logout-going_title = Signing you out
logout-going = You're signed out here. The other applications that you used are being told; then you go on to { $client }.
logout-frame = Signing out of another application

## Notes on pages

flow-renewed = This page was open for a while, so we've reloaded it. Nothing is lost.
flow-reopened = This page was open for a while, so check your details and continue.
flow-get_submit = Your form arrived in a way we don't accept, so nothing was changed. Fill it in and send it again here.

## When we can't go on

error-title = We can't continue with this sign-in
error-unchanged = Nothing has been changed.
error-what_now = What you can do
error-retry_after =
    { $seconds ->
        [one] Try again in 1 second.
       *[other] Try again in { $seconds } seconds.
    }
error-retry_after_minutes =
    { $minutes ->
        [one] Try again in 1 minute.
       *[other] Try again in { $minutes } minutes.
    }
error-advice_back = Go back to the app and start again from there.
error-advice_help = If it happens again, tell the people who run the app, and give them the details below.
error-support = Details for support
error-developer = Developer details
error-id = Reason
error-status = Status
error-at = Time
error-request = Request
error-client_unknown = The app that sent you here isn't set up with { $app }.
error-client_id_missing = The app that sent you here didn't say who it is.
error-redirect_uri_mismatch = The app asked us to send you to an address it hasn't registered, so we stopped to keep your account safe.
error-redirect_uri_missing = The app didn't say where to send you afterwards, and more than one address is registered for it.
error-parameter_repeated = The app said one thing twice in its request, so we can't tell what it means.
error-request_uri_invalid = The app's request has been used already or has run out. Go back to the app and start again.
error-request_expired = Your sign-in was open for too long and has run out. Start again from the app.
error-request_expired-title = Your sign-in ran out
error-request_answered = This sign-in is already finished. Go back to the app to go on.
error-request_answered-title = This sign-in is finished
error-request_broken = The app's request is missing something we need.
error-loop = The app keeps sending you back here, so we stopped before it goes on forever.
error-loop-title = We stopped a sign-in that goes in circles
error-not_found = There is nothing at this address. Check it, or go on from here.
error-not_found-title = Page not found
error-method_not_allowed = This address can't be used in this way. Go on from here.
error-method_not_allowed-title = This page can't be opened like that
error-device_form = This page was made for another sign-in, so nothing was connected. Enter the code that the device shows again.
error-device_form-title = We can't connect the device from here
error-cross_site = A different website tried to send this form for you, so we stopped it.
error-cross_site-title = We stopped a form from another website
error-too_large = What you sent is larger than we accept. Send less and try again.
error-too_large-title = That was too much to send
error-too_many_requests = That's too many tries in a short time. Wait a little, then try again.
error-too_many_requests-title = Wait a little
error-overloaded = Many people are signing in at the moment. Try again in a little while.
error-overloaded-title = We're very busy at the moment
error-server_problem = There's a problem on our side. Your details are saved. Try again in a few minutes.
error-server_problem-title = There's a problem on our side
error-unsupported_media_type = What you sent is in a form that we don't read. Go back to the page and send it again.
error-unsupported_media_type-title = We can't read that
error-link_unknown = That link doesn't lead anywhere any more. Ask for a new email if you still need one.
error-invitation_over = It was used, it has run out, or it was taken back. If you have an account, sign in. Otherwise ask whoever invited you for a new one.
error-invitation_over-title = That invitation works no more
error-link_unknown-title = That link has run out
error-wrong_host = You opened { $host }, but this service is set up for { $issuer }.
error-wrong_host-title = This is a different address
error-return_to = The page that sent you here asked for a way back that isn't on our list, so we don't use it.
error-return_to-title = We can't send you back there
error-registration_closed = { $app } doesn't take new accounts at the moment. You can sign in if you have one.
error-registration_closed-title = New accounts are closed
error-account_off = This account is switched off, so it can't be used to sign in.
error-account_off-title = This account is switched off
error-recovery_closed = { $app } doesn't reset passwords by email. Ask the people who run it for help.
error-recovery_closed-title = Passwords can't be reset here

## Ways onward

go-account = Go to your account
go-sign_in = Sign in
go-recover = Reset your password
go-again = Try again
go-client = Back to { $client }
go-continue = Continue
go-right_address = Go to the right address

## Around every page

page-error = Error:
page-problem = There is a problem
page-skip = Skip to main content
page-subtitle = to continue to { $client }
page-footer = More about this service
page-help = Help
page-privacy = Privacy
page-terms = Terms
page-development = Development mode
page-revealed = For fault-finding, this service writes the addresses of pages and people into its log until { $time }.
page-copy = Copy
page-copied = Copied

## The inbox of a development server

inbox-title = Development inbox
inbox-sentence = Mail that this server would have sent. It never leaves this computer.
inbox-empty = No mail yet. Codes and links arrive here.
inbox-again = Look again
inbox-to = To
inbox-at = Sent
inbox-status = State
inbox-code = Code
inbox-link = Open the link
inbox-text = Text of the message

## Mail

mail-subject_verification_code = { $code } is your { $app } code
mail-subject_recovery_code = { $code } is your { $app } code for a new password
mail-subject_invitation = You are invited to { $place }
mail-subject_sign_in_code = { $code } is your { $app } code to sign in
mail-subject_account_exists = You already have an account with { $app }
mail-subject_password_changed = Your { $app } password was changed
mail-subject_passkey_added = A passkey was added to your { $app } account
mail-subject_passkey_removed = A passkey was removed from your { $app } account
mail-subject_recovery_completed = Your { $app } password was reset
mail-subject_new_device = New sign-in to your { $app } account
mail-subject_second_factor_added = Two-step verification was turned on for your { $app } account
mail-subject_second_factor_removed = Two-step verification was turned off for your { $app } account
mail-subject_backup_code_used = A backup code of your { $app } account was used
mail-subject_address_changed = The email of your { $app } account was changed
mail-subject_deletion_scheduled = Your { $app } account will be deleted
mail-subject_account_deleted = Your { $app } account is deleted
mail-subject_refresh_token_reused = An application was signed out of your { $app } account

mail-subject_account_locked = Your { $app } password no longer works

mail-title_verification_code = Confirm your email
mail-title_recovery_code = Reset your password
mail-title_invitation = You are invited
mail-title_sign_in_code = Sign in
mail-title_account_exists = You already have an account
mail-title_password_changed = Your password was changed
mail-title_passkey_added = A passkey was added
mail-title_passkey_removed = A passkey was removed
mail-title_recovery_completed = Your password was reset
mail-title_new_device = A new sign-in
mail-title_second_factor_added = Two-step verification is on
mail-title_second_factor_removed = Two-step verification is off
mail-title_backup_code_used = A backup code was used
mail-title_address_changed = Your email was changed
mail-title_deletion_scheduled = Your account will be deleted
mail-title_account_deleted = Your account is deleted
mail-title_refresh_token_reused = An application was signed out

mail-title_account_locked = Your password no longer works

mail-code_works =
    { $minutes ->
        [one] It works for 1 minute, until { $time }.
       *[other] It works for { $minutes } minutes, until { $time }.
    }
mail-code_enter = Enter it on the page that asked for it.
mail-code_enter_client = Enter it on the page that asked for it, and go on to { $client }.
mail-link_instead = You can also open this link instead, on any device:
mail-link_verification_code = Confirm your email
mail-link_recovery_code = Choose a new password
mail-link_address_changed = Put this address back
mail-link_deletion_scheduled = Keep my account

mail-invitation = You are invited to { $place }. Create your account to join.
mail-invitation_works = The link works once, until { $time }.
mail-invitation_go = Create your account
mail-account_exists = Somebody wanted to create an account at { $app } with this address. You have one already, so nothing was changed.
mail-account_exists_go = If that was you, sign in.
mail-account_exists_recover = If you don't remember your password, you can reset it.
mail-password_changed = The password of your account at { $app } was changed.
mail-passkey_added = A passkey or a security key was added to your account at { $app }. It can be used to sign in from now on.
mail-passkey_removed = A passkey or a security key was removed from your account at { $app }. It doesn't work there any more.
mail-recovery_completed = The password of your account at { $app } was reset with a code from your mailbox. All other devices were signed out.
mail-new_device = Somebody has signed in to your account at { $app } with a browser that we don't know yet.
mail-new_device_go = If that was you, there is nothing that you have to do.
mail-second_factor_added = An authenticator app was added to your account at { $app }. From now on it is asked for when you sign in.
mail-second_factor_removed = The authenticator app of your account at { $app } was removed. It is not asked for any more when you sign in.
mail-backup_code_used = Somebody signed in to your account at { $app } with one of your backup codes. It doesn't work again.
mail-backup_codes_left =
    { $n ->
        [0] You have none left. Make new ones in your account.
        [one] You have 1 left. Make new ones in your account.
       *[other] You have { $n } left.
    }
mail-happened_address_changed = Your account at { $app } has another email now. This address can't be used to sign in any more.
mail-happened_deletion_scheduled = Somebody who was signed in asked us to delete your account at { $app }. That happens in a week; until then it is switched off.
mail-happened_account_deleted = Your account at { $app } and everything in it is gone, as you asked us a week ago.
mail-undo_works = The link below works once, until { $time }. After that, nothing can be taken back.
mail-refresh_token_reused = A key that { $client } keeps for your account at { $app } was used a second time. It may have been copied, so it works no more, and neither does the copy.
mail-refresh_token_reused_go = You will be asked to sign in again there. That is all that you have to do, unless you see something that you don't know.
mail-account_locked = Too many wrong passwords in a row were entered for your account at { $app }, so its password is switched off.
mail-account_locked_go = To sign in again, reset it. Where you are signed in now, you stay so.
mail-sign_in = Sign in
mail-account = Look at your account
mail-recover = Reset your password

mail-who_verification_code = Who asked for it
mail-who_recovery_code = Who asked for it
mail-who_sign_in_code = Who asked for it
mail-who_account_exists = Who it was
mail-who_password_changed = Who did it
mail-who_passkey_added = Who did it
mail-who_passkey_removed = Who did it
mail-who_recovery_completed = Who did it
mail-who_new_device = Where it was
mail-who_second_factor_added = Who did it
mail-who_second_factor_removed = Who did it
mail-who_backup_code_used = Who used it
mail-who_address_changed = Who did it
mail-who_deletion_scheduled = Who did it
mail-who_account_deleted = Who did it
mail-who_refresh_token_reused = Who used it again
mail-who_account_locked = Who tried last
mail-when = When
mail-browser = Browser
mail-network = Network address

mail-not_you = If this wasn't you
mail-unexpected = If you didn't expect this
mail-not_you_verification_code = Ignore this email: without the code, nothing happens. Never tell the code to anybody, whoever asks.
mail-not_you_recovery_code = Ignore this email: your password stays as it is. Never tell the code to anybody, whoever asks.
mail-not_you_invitation = Ignore this email: without you, no account is created.
mail-not_you_sign_in_code = Ignore this email: without the code, nothing happens. Never tell the code to anybody, whoever asks.
mail-not_you_account_exists = There is nothing that you have to do. Nobody can see from outside that you have an account.
mail-not_you_password_changed = Somebody knows your password. Choose a new one now; that also signs out all devices.
mail-not_you_passkey_added = Somebody is in your account. Remove the passkey there, choose a new password, and sign out all other devices.
mail-not_you_passkey_removed = Somebody is in your account. Choose a new password now, and sign out all other devices.
mail-not_you_second_factor_added = Somebody is signed in to your account. Choose a new password now; that also signs out all devices.
mail-not_you_second_factor_removed = Somebody is signed in to your account. Choose a new password now; that also signs out all devices.
mail-not_you_backup_code_used = Somebody knows your password and has your backup codes. Choose a new password now, then make new codes.
mail-not_you_refresh_token_reused = Look at the devices in your account, sign out those that you don't know, and choose a new password.
mail-not_you_recovery_completed = Somebody can read your email. Change the password of your mailbox first, then reset this one.
mail-not_you_new_device = Somebody knows your way in. Choose a new password now; that also signs out all devices.
mail-not_you_address_changed = Put this address back now. That signs out all devices and apps; then choose a new password.
mail-not_you_deletion_scheduled = Keep your account now, and choose a new password. You can also do so if you have changed your mind.
mail-not_you_account_deleted = We can't bring it back. You can create a new account at any time.
mail-not_you_account_locked = Nothing in your account was changed. When you reset the password, choose one that you use nowhere else.

mail-why_verification_code = You get this email because { $address } was entered at { $app }.
mail-why_recovery_code = You get this email because a new password was asked for { $address } at { $app }.
mail-why_invitation = You get this email because { $address } was invited at { $app }.
mail-why_sign_in_code = You get this email because { $address } was entered at { $app }.
mail-why_account_exists = You get this email because { $address } was entered at { $app }.
mail-why_password_changed = You get this email because { $address } belongs to an account at { $app }.
mail-why_passkey_added = You get this email because { $address } belongs to an account at { $app }.
mail-why_passkey_removed = You get this email because { $address } belongs to an account at { $app }.
mail-why_second_factor_added = You get this email because { $address } belongs to an account at { $app }.
mail-why_second_factor_removed = You get this email because { $address } belongs to an account at { $app }.
mail-why_backup_code_used = You get this email because { $address } belongs to an account at { $app }.
mail-why_refresh_token_reused = You get this email because { $address } belongs to an account at { $app }.
mail-why_recovery_completed = You get this email because { $address } belongs to an account at { $app }.
mail-why_new_device = You get this email because { $address } belongs to an account at { $app }.
mail-why_address_changed = You get this email because { $address } belonged to an account at { $app }.
mail-why_deletion_scheduled = You get this email because { $address } belongs to an account at { $app }.
mail-why_account_deleted = You get this email because { $address } belonged to an account at { $app }.
mail-why_account_locked = You get this email because { $address } belongs to an account at { $app }.
mail-automatic = It was sent automatically, so nobody reads an answer to it.
mail-automatic_reply = It was sent automatically. If you answer, that goes to { $address }.
