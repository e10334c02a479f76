### Jeder Satz, den jemand auf einer Seite oder in einer E-Mail liest, auf Deutsch (Sie).
### Sagen, was geschehen ist und wie es weitergeht; höchstens 140 Zeichen. Kein „bitte“, kein „leider“, kein „ungültig“.

## Die Sprache selbst

language-direction = ltr
date-long = { $day }. { $month } { $year }, { $time } UTC
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
agent-unknown = Ein unbekannter Browser
agent-on = { $browser } unter { $system }
trait-email = E-Mail-Adresse
trait-name = Name

## Anmelden

login-title = Anmelden
login-title_again = Bestätigen Sie, dass Sie es sind
login-again = Geben Sie Ihr Passwort noch einmal ein, bevor es weitergeht.
login-email = E-Mail-Adresse
login-username = E-Mail-Adresse oder Benutzername
login-password = Passwort
login-button = Anmelden
login-code = Code per E-Mail schicken
login-recovery = Passwort vergessen?
login-new_here = Neu hier?
login-registration = Konto anlegen
login-not_you = Das sind nicht Sie?
login-switch = Anderes Konto verwenden
login-mismatch = E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.
login-slow_down =
    { $minutes ->
        [one] Das waren zu viele Versuche. Warten Sie 1 Minute oder setzen Sie Ihr Passwort zurück.
       *[other] Das waren zu viele Versuche. Warten Sie { $minutes } Minuten oder setzen Sie Ihr Passwort zurück.
    }
login-reset_needed = Das waren insgesamt zu viele Versuche. Setzen Sie Ihr Passwort zurück, um sich wieder anzumelden.
login-disabled = Dieses Konto ist abgeschaltet. Wenden Sie sich an { $support }.
login-deleting = Dieses Konto wird am { $time } gelöscht. Um es zu behalten, öffnen Sie den Link in unserer E-Mail dazu.
login-expired_reenter = Wir mussten diese Seite neu laden. Geben Sie Ihr Passwort noch einmal ein.

passkey-button = Mit Passkey anmelden
passkey-cancelled = Der Passkey wurde nicht benutzt. Versuchen Sie es noch einmal oder melden Sie sich anders an.
passkey-unsupported = Dieser Browser kann keine Passkeys benutzen. Melden Sie sich anders an.
passkey-unknown = Dieser Passkey wurde aus Ihrem Konto entfernt. Melden Sie sich anders an.
passkey-failed = Mit diesem Passkey hat es nicht geklappt. Versuchen Sie es noch einmal oder melden Sie sich anders an.
passkey-second = Passkey oder Sicherheitsschlüssel benutzen
passkey-second_title = Benutzen Sie Ihren Passkey oder Sicherheitsschlüssel
passkey-second_sentence = Ihr Gerät fragt danach. Das Passwort allein genügt für dieses Konto nicht.
passkey-second_script = Dafür braucht es JavaScript. Schalten Sie es in diesem Browser ein oder benutzen Sie einen Ersatzcode.
passkey-expired = Das hat etwas zu lange gedauert, darum ist nichts geschehen. Versuchen Sie es noch einmal.

## Der zweite Schritt

factor-title_totp = Geben Sie Ihren sechsstelligen Code ein
factor-sentence_totp = Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie zeigt.
factor-label_totp = Code aus Ihrer App
factor-title_backup = Geben Sie einen Ersatzcode ein
factor-sentence_backup = Geben Sie einen der Codes ein, die Sie beim Einschalten der Bestätigung in zwei Schritten gesichert haben.
factor-label_backup = Ersatzcode
factor-hint_backup = Jeder Code gilt einmal
factor-button = Weiter
factor-trust = Diesem Gerät { $days } Tage lang vertrauen
factor-use_backup = Ersatzcode verwenden
factor-use_totp = Authenticator-App verwenden
factor-slow_down =
    { $minutes ->
        [one] Das waren zu viele Versuche. Warten Sie 1 Minute und versuchen Sie es dann noch einmal.
       *[other] Das waren zu viele Versuche. Warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
    }
totp-mismatch = Dieser Code stimmt nicht. Nehmen Sie den neuesten aus Ihrer App.
totp-short = Der Code hat 6 Ziffern. Sie haben { $n } eingegeben.
totp-long = Der Code hat 6 Ziffern. Sie haben { $n } eingegeben.
totp-clock = Prüfen Sie, ob Ihr Telefon seine Uhr selbst stellt.
backup-used = Dieser Ersatzcode wurde schon verwendet. Geben Sie einen anderen ein.
backup-mismatch = Dieser Ersatzcode stimmt nicht. Prüfen Sie ihn und versuchen Sie es noch einmal.

## Ein Konto anlegen

registration-title = Konto anlegen
registration-title_invited = Kommen Sie zu { $app }
registration-invitation_over = Diese Einladung gilt nicht mehr. Bitten Sie um eine neue.
registration-invited_address = Die Einladung ist für eine andere E-Mail-Adresse.
registration-invited_taken = Mit dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich damit an.
registration-button = Konto anlegen
registration-passkey = Konto mit Passkey anlegen
registration-passkey_cancelled = Es wurde kein Passkey angelegt. Versuchen Sie es noch einmal oder wählen Sie ein Passwort.
registration-have_account = Sie haben schon ein Konto?
registration-terms = Wenn Sie ein Konto anlegen, stimmen Sie den Nutzungsbedingungen von { $app } zu.
registration-closed = { $app } nimmt zurzeit keine neuen Konten an. Wenn Sie eines haben, können Sie sich anmelden.
email-hint = Wir schicken Ihnen einen Code, um zu prüfen, dass sie Ihnen gehört.
email-format = Geben Sie eine E-Mail-Adresse in der richtigen Form ein, zum Beispiel name@example.com
email-taken_unused = Diese Adresse geht für dieses Konto nicht. Geben Sie eine andere ein.
form-wrong = Ihre Angaben passen nicht zusammen. Prüfen Sie sie und senden Sie sie noch einmal.
field-empty =
    { $field ->
        [email] Geben Sie Ihre E-Mail-Adresse ein
        [password] Geben Sie Ihr Passwort ein
        [current_password] Geben Sie Ihr jetziges Passwort ein
        [code] Geben Sie den Code ein
        [name] Geben Sie Ihren Namen ein
        [backup_code] Geben Sie einen Ersatzcode ein
       *[other] Füllen Sie das Feld „{ $field }“ aus
    }
field-optional = (freiwillig)
field-too_long = Geben Sie bei „{ $field }“ höchstens { $max } Zeichen ein
field-wrong = Prüfen Sie das Feld „{ $field }“ und geben Sie es noch einmal ein

## Passwörter

pw-new = Neues Passwort
pw-choose = Passwort
pw-current = Jetziges Passwort
pw-rule = Mindestens { $min } Zeichen. Drei oder vier Wörter ohne Zusammenhang merkt man sich leicht.
pw-show = Zeigen
pw-hide = Verbergen
pw-show_label = Passwort zeigen
pw-hide_label = Passwort verbergen
pw-shown = Ihr Passwort ist sichtbar
pw-hidden = Ihr Passwort ist verborgen
pw-short = Wählen Sie ein Passwort mit mindestens { $min } Zeichen. Dieses hat { $n }.
pw-long = Wählen Sie ein Passwort mit höchstens { $max } Zeichen.
pw-common = Dieses Passwort benutzen viele, man errät es leicht. Wählen Sie ein anderes, zum Beispiel drei oder vier Wörter ohne Zusammenhang.
pw-breached = Dieses Passwort ist anderswo in einem Datenleck aufgetaucht. Wählen Sie ein anderes.
pw-breached_sign_in = Ihr Passwort stimmt, aber andere kennen es: Es ist verbreitet oder stand in einem Datenleck. Wählen Sie ein neues.
pw-context = Ihr Passwort enthält „{ $word }“, das errät man leicht. Wählen Sie eines ohne dieses Wort.
pw-same = Das ist Ihr jetziges Passwort. Wählen Sie ein neues.
password-mismatch_current = Das ist nicht Ihr jetziges Passwort. Prüfen Sie es und versuchen Sie es noch einmal.
password-changed = Ihr Passwort ist geändert

## Codes und Links

code-title = Sehen Sie in Ihre E-Mails
code-sent_to = Wir haben einen Code mit 8 Ziffern an { $address } geschickt. Er gilt 10 Minuten.
code-maybe_sent_to = Wenn wir { $address } schreiben können, ist ein Code mit 8 Ziffern unterwegs. Er gilt 10 Minuten.
code-label = Code mit 8 Ziffern
code-button = Weiter
code-resend = Neuen Code schicken
code-resend_wait = In { $seconds } s können Sie einen neuen Code anfordern
code-change = Andere E-Mail-Adresse verwenden
code-skip = Vorerst überspringen
code-not_there = Nichts da? Sehen Sie im Spam nach oder suchen Sie nach E-Mails von { $from }.
code-inbox = Posteingang der Entwicklung öffnen
code-mismatch = Dieser Code stimmt nicht. Sehen Sie in unsere neueste E-Mail und versuchen Sie es noch einmal.
code-short =
    { $n ->
        [one] Der Code hat 8 Ziffern. Sie haben 1 eingegeben.
       *[other] Der Code hat 8 Ziffern. Sie haben { $n } eingegeben.
    }
code-long = Der Code hat 8 Ziffern. Sie haben { $n } eingegeben.
code-expired = Dieser Code ist abgelaufen. Fordern Sie unten einen neuen an.
code-too_many = Das waren zu viele Versuche mit diesem Code. Fordern Sie unten einen neuen an.
code-newer = Dieser Code wurde ersetzt. Nehmen Sie den aus der E-Mail, die wir um { $time } geschickt haben.
code-sent = Ein neuer Code ist unterwegs. Nur der neueste gilt.
code-wait =
    { $seconds ->
        [one] In 1 Sekunde können Sie einen neuen Code anfordern.
       *[other] In { $seconds } Sekunden können Sie einen neuen Code anfordern.
    }
code-wait_minutes =
    { $minutes ->
        [one] In 1 Minute können Sie einen neuen Code anfordern.
       *[other] In { $minutes } Minuten können Sie einen neuen Code anfordern.
    }
code-limit = Mehr Codes schicken wir an einem Tag nicht. Suchen Sie unsere neueste E-Mail oder versuchen Sie es morgen wieder.
mail-down = Wir können im Moment keine E-Mails schicken. Wir versuchen es weiter; Sie können auch { $alternative }.
mail-way_password = sich mit Ihrem Passwort anmelden
mail-way_skip = das vorerst überspringen
mail-way_change = eine andere E-Mail-Adresse verwenden
mail-way_sign_in = zur Anmeldung zurückgehen
address-verified = Ihre E-Mail-Adresse ist bestätigt
address-confirmed_elsewhere = Ihre E-Mail-Adresse ist bestätigt. Gehen Sie zurück zu dem Gerät, auf dem Sie begonnen haben; dort geht es von selbst weiter.
address-disowned = Danke. Es wurde nichts bestätigt, und dieser Link führt nirgends mehr hin.

link-title_verification = E-Mail-Adresse bestätigen
link-title_recovery = Passwort zurücksetzen
link-sentence_verification = Jemand hat { $address } für ein Konto bei { $app } angegeben. Bestätigen Sie, dass die Adresse Ihnen gehört.
link-sentence_recovery = Jemand hat ein neues Passwort für { $address } angefordert.
link-sentence_given = Sie haben diesen Link bekommen, um ein neues Passwort für { $app } zu wählen.
link-elsewhere_verification = Sie sind hier auf einem anderen Gerät. Bestätigen Sie hier und gehen Sie dann zum ersten zurück.
link-elsewhere_recovery = Sie sind auf einem anderen Gerät. Wählen Sie hier das neue Passwort und melden Sie sich damit auf dem ersten an.
link-asked_at = Angefordert am
link-asked_from = Angefordert von
link-confirm = Bestätigen
link-continue = Weiter
link-disown = Das war ich nicht
link-expired = Dieser Link ist abgelaufen. Fordern Sie unten eine neue E-Mail an.
link-used = Dieser Link wurde schon benutzt. Fordern Sie eine neue E-Mail an, wenn Sie noch eine brauchen.

## Ein vergessenes Passwort

recovery-title = Passwort zurücksetzen
recovery-sentence = Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wir schicken Ihnen einen Code.
recovery-email = E-Mail-Adresse
recovery-button = Weiter
recovery-slow_down =
    { $minutes ->
        [one] Von hier wurden zu viele Codes angefordert. Warten Sie 1 Minute und versuchen Sie es dann noch einmal.
       *[other] Von hier wurden zu viele Codes angefordert. Warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
    }
recovery-signed_in = Sie sind als { $who } angemeldet. Ein neues Passwort setzen?
recovery-back = Zurück zur Anmeldung
recovery-new_title = Neues Passwort wählen
recovery-save = Speichern und weiter
recovery-ends = Wenn Sie es speichern, werden Sie auf allen anderen Geräten abgemeldet.
recovery-passkey = Stattdessen einen Passkey benutzen
recovery-passkey_cancelled = Es wurde kein Passkey angelegt. Versuchen Sie es noch einmal oder wählen Sie ein neues Passwort.

## Zugriff von Anwendungen

consent-title = { $client } den Zugriff auf Ihr Konto erlauben?
consent-signed_in_as = Angemeldet als { $who }
consent-switch = Anderes Konto verwenden
consent-list = { $client } kann dann:
consent-destination = Danach geht es zu { $destination }
consent-this_computer = einer Anwendung auf diesem Computer
form_post-title = Zurück zu { $client }
form_post-line = Wir bringen Sie zurück zur Anwendung. Wenn nichts geschieht, geht es mit der Schaltfläche weiter.
form_post-button = Weiter
consent-policy = Datenschutzhinweise von { $client }
consent-tos = Nutzungsbedingungen von { $client }
consent-remember = Bei dieser Anwendung nicht mehr fragen
consent-allow = Erlauben
consent-deny = Nicht erlauben
scope-openid-title = Wissen, wer Sie sind
scope-openid-line = Die Anwendung bekommt eine Nummer, die für Sie steht, damit sie Sie beim nächsten Mal erkennt.
scope-profile-title = Ihr Profil sehen
scope-profile-line = Ihren Namen und was Sie sonst in Ihr Profil geschrieben haben.
scope-email-title = Ihre E-Mail-Adresse sehen
scope-email-line = Ihre E-Mail-Adresse und ob sie bestätigt ist.
scope-phone-title = Ihre Telefonnummer sehen
scope-phone-line = Ihre Telefonnummer und ob sie bestätigt ist.
scope-address-title = Ihre Anschrift sehen
scope-address-line = Die Anschrift in Ihrem Profil.
scope-offline_access-title = Verbunden bleiben
scope-offline_access-line = Die Anwendung behält den Zugriff, auch wenn Sie sie nicht benutzen.
scope-other-title = { $scope } benutzen
scope-other-line = Die Anwendung fragt danach mit diesem Namen.

## Ein Gerät verbinden

device-title = Ein Gerät verbinden
device-sentence = Geben Sie den Code ein, den das Gerät zeigt.
device-code = Code
device-hint = 8 Buchstaben auf dem Gerät, wie WDJB-MJHT
device-button = Weiter
device-empty = Geben Sie den Code ein, den das Gerät zeigt
device-format = Der Code hat 8 Buchstaben und keine Ziffern, wie WDJB-MJHT. Prüfen Sie ihn und geben Sie ihn noch einmal ein.
device-mismatch = Kein Gerät zeigt diesen Code. Prüfen Sie ihn und geben Sie ihn noch einmal ein.
device-slow_down =
    { $minutes ->
        [one] Das waren zu viele falsche Codes. Warten Sie 1 Minute und versuchen Sie es dann noch einmal.
       *[other] Das waren zu viele falsche Codes. Warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
    }
device-confirm_title = { $client } auf einem anderen Gerät verbinden?
device-check = Prüfen Sie, ob das Gerät { $code } zeigt
device-requested =
    { $minutes ->
        [0] Vor weniger als einer Minute angefordert, von der IP-Adresse { $address }
        [one] Vor 1 Minute angefordert, von der IP-Adresse { $address }
       *[other] Vor { $minutes } Minuten angefordert, von der IP-Adresse { $address }
    }
device-warning = Gehen Sie nur weiter, wenn das Gerät bei Ihnen ist. Niemand von { $app } schickt Ihnen jemals einen Code, den Sie hier eingeben sollen.
device-elsewhere = Das Gerät ist in einem anderen Netz als Sie. Wenn es nicht neben Ihnen steht, verbinden Sie es nicht.
device-connect = Verbinden
device-refuse = Nicht verbinden
device-done_title = Fertig. Gehen Sie zurück zu Ihrem Gerät.
device-done = Dort geht es von selbst weiter. Sie können diese Seite schließen.
device-nothing_title = Es wurde nichts verbunden.
device-nothing = Das Gerät bekommt keinen Zugriff auf Ihr Konto.
device-over_title = Dieser Code ist abgelaufen. Beginnen Sie auf dem Gerät von vorn.
device-over = Das Gerät zeigt Ihnen dann einen anderen Code.
device-again = Einen anderen Code eingeben

## Zwei Konten

session-other = Sie sind schon als { $a } angemeldet.
chooser-title = Welches Konto möchten Sie verwenden?
chooser-title_one = Sie sind schon angemeldet
chooser-continue = Weiter als { $who }
chooser-switch = Zu { $who } wechseln
chooser-other = Anderes Konto verwenden

## Das Konto

account-nav = Ihr Konto
account-overview = Übersicht
account-profile = Profil
account-password = Passwort
account-passkeys = Passkeys
account-two_step = Bestätigung in zwei Schritten
account-sessions = Geräte
account-apps = Verbundene Anwendungen
account-activity = Aktivität
account-data = Ihre Daten
account-sign_out = Abmelden
account-hello = Hallo, { $name }
account-name = Name
account-no_name = Nicht angegeben
account-email = E-Mail-Adresse
account-no_email = Keine
account-verified = Bestätigt
account-unverified = Nicht bestätigt
account-verify = Code schicken, um sie zu bestätigen
account-change_profile = Profil ändern
account-change_password = Passwort ändern
account-see_sessions = Geräte ansehen
check-title = Sicherheitsprüfung
check-in_order = Alles ist in Ordnung.
check-unproven = Ihre E-Mail ist noch nicht bestätigt. Über sie kommen Sie also nicht wieder hinein, wenn Sie sich nicht mehr anmelden können.
check-no_second = Die Bestätigung in zwei Schritten ist aus.
check-add_second = Einschalten
check-few_codes =
    { $n ->
        [0] Sie haben keine Ersatzcodes mehr.
        [one] Sie haben noch 1 Ersatzcode.
       *[other] Sie haben noch { $n } Ersatzcodes.
    }
check-make_codes = Neue Ersatzcodes anlegen
check-strange = Neue Geräte, die sich kürzlich angemeldet haben:
profile-title = Ihr Profil
profile-save = Änderungen speichern
profile-saved = Ihre Änderungen sind gespeichert
profile-email_hint = An eine neue Adresse schicken wir einen Code, bevor sie die alte ersetzt. Andere Geräte werden dann abgemeldet.
password-title = Passwort ändern
password-button = Passwort ändern
password-end_others = Auf anderen Geräten abmelden
two_step-title = Bestätigung in zwei Schritten
two_step-off = Sie ist aus. Mit ihr genügt kein Passwort: Es wird auch nach einem Code aus einer App auf Ihrem Telefon gefragt.
two_step-on = Sie ist an. Beim Anmelden fragen wir nach einem Code aus Ihrer Authenticator-App.
two_step-on_key = Sie ist an. Beim Anmelden mit dem Passwort fragen wir auch nach einem Passkey oder Sicherheitsschlüssel.
two_step-app = Authenticator-App
two_step-add = Authenticator-App einrichten
two_step-remove = Bestätigung in zwei Schritten ausschalten
two_step-added = Die Bestätigung in zwei Schritten ist an. Ihre anderen Geräte sind abgemeldet.
two_step-removed = Die Bestätigung in zwei Schritten ist aus
two_step-remove_app = Authenticator-App entfernen
two_step-app_removed = Die Authenticator-App ist entfernt. Nach Ihren Passkeys und Sicherheitsschlüsseln wird weiter gefragt.
two_step-codes = Ersatzcodes
two_step-codes_left =
    { $n ->
        [0] Sie haben keine Codes mehr. Erstellen Sie neue, damit Sie sich auch ohne Ihr Telefon anmelden können.
        [one] Sie haben noch 1 Code. Erstellen Sie bald neue.
       *[other] Sie haben noch { $n } Codes, für einen Tag ohne Ihr Telefon.
    }
two_step-codes_new = Neue Ersatzcodes erstellen
two_step-codes_kept = Ihre Ersatzcodes sind gesichert
two_step-devices = Vertraute Geräte
two_step-devices_sentence = Auf diesen Geräten fragen wir beim Anmelden nicht nach dem zweiten Schritt.
two_step-until = bis
two_step-untrust = Nicht mehr vertrauen
two_step-untrusted = Diesem Gerät wird nicht mehr vertraut
add_app-title = Authenticator-App einrichten
add_app-scan = Lesen Sie dieses Bild mit Ihrer Authenticator-App ein:
add_app-qr = QR-Code für Ihre Authenticator-App
add_app-key = Oder tippen Sie diesen Schlüssel ein:
add_app-key_name = den Schlüssel
add_app-account = Konto: { $account }, bei { $issuer }
add_app-label = Code, den die App zeigt
add_app-button = Einschalten
add_app-cancel = Jetzt nicht
add_app-over = Das hat zu lange gedauert. Richten Sie die App noch einmal ein.
codes-title = Sichern Sie Ihre Ersatzcodes
codes-sentence = Jeder öffnet Ihr Konto einmal, ohne Ihr Telefon. Sie werden nur jetzt gezeigt; bewahren Sie sie sicher auf.
codes-sentence_passkey = Verlieren Sie Ihren Passkey, kommen Sie mit Ihrer E-Mail und einem dieser Codes wieder hinein. Sie werden nur jetzt gezeigt.
codes-download = Herunterladen
codes-print = Drucken
codes-saved = Ich habe diese Codes gesichert
codes-button = Weiter
codes-not_saved = Setzen Sie das Häkchen, sobald Sie die Codes gesichert haben
sessions-title = Ihre Geräte
sessions-sentence = Auf diesen Geräten ist Ihr Konto angemeldet.
sessions-current = Dieses Gerät
sessions-signed_in = Angemeldet
sessions-last_seen = Zuletzt aktiv
sessions-apps = Benutzt für:
sessions-end = Abmelden
sessions-end_others = Überall sonst abmelden
sessions-none = Kein anderes Gerät ist angemeldet.
session-ended = Dieses Gerät ist abgemeldet
sessions-ended =
    { $n ->
        [0] Kein anderes Gerät war angemeldet
        [one] Ein anderes Gerät ist abgemeldet
       *[other] Ihre anderen Geräte sind abgemeldet
    }
how-password = mit Ihrem Passwort
how-code = mit einem Code
how-passkey = mit einem Passkey

apps-title = Ihre verbundenen Anwendungen
apps-sentence = Diese Anwendungen dürfen Ihr Konto benutzen.
apps-none = Zurzeit darf keine Anwendung Ihr Konto benutzen.
apps-list = Sie darf:
apps-first = Seit
apps-last = Zuletzt benutzt
apps-offline = Die Anwendung behält den Zugriff, auch wenn Sie sie nicht benutzen.
apps-remembered = Sie werden dafür nicht mehr gefragt.
apps-remove = Zugriff entziehen
apps-ask = Immer fragen
apps-removed = { $client } hat keinen Zugriff mehr auf Ihr Konto
apps-asks = { $client } fragt Sie beim nächsten Mal wieder

activity-title = Aktivität
activity-sentence = Was in den letzten 30 Tagen mit Ihrem Konto geschehen ist.
activity-signed_in = Sie haben sich angemeldet
activity-failed = Jemand wollte sich anmelden und konnte es nicht
activity-password_mismatch = Ein falsches jetziges Passwort wurde eingegeben
activity-signed_out = Ein Gerät wurde abgemeldet
activity-recovery_asked = Ein Code für ein neues Passwort wurde angefordert
activity-recovered = Das Passwort wurde mit einem Code zurückgesetzt
activity-credential_changed = Das Passwort wurde geändert
activity-password_removed = Das Passwort wurde entfernt
activity-factor_added = Die Bestätigung in zwei Schritten wurde eingeschaltet
activity-factor_removed = Die Bestätigung in zwei Schritten wurde ausgeschaltet
activity-factor_failed = Der zweite Schritt gelang nicht
activity-backup_code_used = Ein Ersatzcode wurde verwendet
activity-backup_codes_removed = Die Ersatzcodes wurden entfernt
activity-passkey_added = Ein Passkey kam hinzu
activity-passkey_removed = Ein Passkey wurde entfernt
activity-address_changed = Die E-Mail-Adresse wurde geändert
activity-address_restored = Die alte E-Mail-Adresse wurde wiederhergestellt
activity-created = Das Konto wurde angelegt
activity-changed_by_administrator = Ihr Konto wurde von der Verwaltung geändert
activity-profile_changed = Das Profil wurde geändert
activity-allowed = Sie haben { $client } Zugriff gegeben
activity-withdrawn = Sie haben { $client } den Zugriff entzogen oder lassen wieder fragen
activity-device_connected = Sie haben ein Gerät mit { $client } verbunden
activity-token_copied = Ein Schlüssel von { $client } wurde zweimal benutzt; die Anwendung wurde abgemeldet
activity-deletion_scheduled = Die Löschung des Kontos wurde beantragt
activity-deletion_withdrawn = Die Löschung des Kontos wurde zurückgenommen
activity-disown_sentence = Haben Sie etwas davon nicht getan? Dann bleiben nur Sie angemeldet und wählen ein neues Passwort.
activity-disown = Das war ich nicht
activity-ended = Alle anderen sind abgemeldet. Wählen Sie jetzt ein neues Passwort, damit niemand wieder hineinkommt.

data-title = Ihre Daten
data-download_title = Herunterladen
data-download_sentence = Eine Datei mit allem, was wir von Ihnen wissen: Profil, Geräte, Anwendungen, Aktivität. Passwörter stehen nicht darin.
data-download = Meine Daten herunterladen
data-ready = Sie haben bestätigt, dass Sie es sind. Sie können Ihre Daten jetzt herunterladen.
delete-title = Konto löschen
delete-sentence = Ihr Konto wird sofort abgeschaltet und nach 7 Tagen gelöscht. Bis dahin behalten Sie es mit einem Link in unserer E-Mail.
delete-label = Geben Sie { $who } ein, um weiterzugehen
delete-button = Mein Konto löschen
delete-mismatch = Das ist nicht die E-Mail-Adresse dieses Kontos. Prüfen Sie sie und geben Sie sie noch einmal ein.
delete-title_scheduled = Ihr Konto wird gelöscht
delete-scheduled = Es ist jetzt abgeschaltet und wird am { $time } gelöscht. Um es zu behalten, öffnen Sie den Link in unserer E-Mail.

undo-title_address = Die alte E-Mail-Adresse zurückholen?
undo-sentence_address = { $address } wird wieder die E-Mail-Adresse Ihres Kontos, und alle Geräte und Anwendungen werden abgemeldet.
undo-button_address = Zurückholen
undo-title_address_done = Ihre alte E-Mail-Adresse ist wieder da
undo-address = Alle sind abgemeldet. Setzen Sie jetzt Ihr Passwort zurück, damit niemand wieder hineinkommt.
undo-title_deletion = Ihr Konto behalten?
undo-sentence_deletion = Ihr Konto wird nicht gelöscht, und Sie können sich wieder damit anmelden.
undo-button_deletion = Mein Konto behalten
undo-title_deletion_done = Ihr Konto bleibt
undo-deletion = Sie können sich wieder anmelden. Auch Anwendungen, die Sie benutzt haben, fragen wieder nach der Anmeldung.
undo-title_over = Nichts zurückzunehmen
undo-over = Dieser Link wurde schon benutzt oder ist abgelaufen. Es wurde nichts geändert.
undo-taken = Diese E-Mail-Adresse gehört inzwischen zu einem anderen Konto. Wenden Sie sich an die, die diesen Dienst betreiben.
change-title = Änderung speichern?
change-sentence = Sie haben bestätigt, dass Sie es sind. Ihre Änderung ist noch nicht gespeichert.
change-button = Änderung speichern
change-leave = Alles lassen, wie es ist
change-over = Das hat länger als 10 Minuten gewartet, darum wurde nichts geändert. Geben Sie es noch einmal ein, wenn Sie es noch wollen.

passkeys-title = Ihre Passkeys
passkeys-sentence = Mit einem Passkey melden Sie sich so an, wie Sie Ihr Gerät entsperren: ohne ein Passwort, das man sich merkt oder verrät.
passkeys-key_sentence = Ein Sicherheitsschlüssel ist ein kleines Gerät, das Sie berühren, nachdem Sie Ihr Passwort eingegeben haben.
passkeys-add_key = Sicherheitsschlüssel hinzufügen
passkeys-none = Sie haben noch keinen Passkey und keinen Sicherheitsschlüssel.
passkeys-security_key = Sicherheitsschlüssel
passkeys-created = Hinzugefügt
passkeys-last_used = Zuletzt benutzt
passkeys-not_used = Noch nicht benutzt
passkeys-add = Passkey hinzufügen
passkeys-script = Um einen hinzuzufügen, schalten Sie in diesem Browser JavaScript ein.
passkeys-no_name = Dieser Dienst hat nur eine Adresse und keinen Namen, darum legen Browser für ihn keine Passkeys an.
passkeys-rename = Umbenennen
passkeys-new_name = Neuer Name
passkeys-save = Namen speichern
passkeys-remove = Entfernen
passkeys-cancelled = Es wurde nichts hinzugefügt. Versuchen Sie es noch einmal, wenn Sie möchten.
passkeys-ready = Sie haben bestätigt, dass Sie es sind. Jetzt können Sie ihn hinzufügen.
passkeys-unsupported = Dieser Browser kann keine Passkeys anlegen.
passkey-added = Hinzugefügt. Bei der nächsten Anmeldung können Sie ihn benutzen.
passkey-renamed = Der neue Name ist gespeichert
passkey-removed = Entfernt. Hier geht damit nichts mehr.
passkey-last = Sie können sich nur damit anmelden. Fügen Sie einen anderen hinzu, bevor Sie ihn entfernen.
passkey-not_added = Das ließ sich Ihrem Konto nicht hinzufügen. Wenn es neu ist, versuchen Sie es noch einmal.
passkey-too_many = Sie haben so viele, wie ein Konto haben kann. Entfernen Sie einen, den Sie nicht mehr benutzen.

## Das Konto: was es noch zeigt

## Abmelden

logout-title = Abmelden?
logout-signed_in_as = Sie sind als { $who } angemeldet.
logout-applications = Damit melden Sie sich auch hier ab:
logout-button = Abmelden
logout-stay = Angemeldet bleiben
logout-done_title = Sie sind abgemeldet
logout-done = Sie können diese Seite schließen.
logout-again = Wieder anmelden
logout-going_title = Sie werden abgemeldet
logout-going = Hier sind Sie abgemeldet. Die anderen Anwendungen erfahren es gerade; dann geht es zu { $client }.
logout-frame = Abmelden bei einer anderen Anwendung

## Hinweise auf Seiten

flow-renewed = Diese Seite war eine Weile offen, darum haben wir sie neu geladen. Es ist nichts verloren.
flow-reopened = Diese Seite war eine Weile offen; prüfen Sie Ihre Angaben und gehen Sie weiter.
flow-get_submit = Ihr Formular kam so an, wie wir es nicht annehmen. Es wurde nichts geändert; füllen Sie es hier noch einmal aus.

## Wenn es nicht weitergeht

error-title = Mit dieser Anmeldung geht es hier nicht weiter
error-unchanged = Es wurde nichts geändert.
error-what_now = Was Sie tun können
error-retry_after =
    { $seconds ->
        [one] Versuchen Sie es in 1 Sekunde noch einmal.
       *[other] Versuchen Sie es in { $seconds } Sekunden noch einmal.
    }
error-retry_after_minutes =
    { $minutes ->
        [one] Versuchen Sie es in 1 Minute noch einmal.
       *[other] Versuchen Sie es in { $minutes } Minuten noch einmal.
    }
error-advice_back = Gehen Sie zur Anwendung zurück und beginnen Sie dort von vorn.
error-advice_help = Wenn es wieder geschieht, sagen Sie es denen, die die Anwendung betreiben, und geben Sie ihnen die Angaben unten.
error-support = Angaben für den Support
error-developer = Angaben für Entwickler
error-id = Grund
error-status = Status
error-at = Zeit
error-request = Anfrage
error-client_unknown = Die Anwendung, von der Sie kommen, ist bei { $app } nicht eingerichtet.
error-client_id_missing = Die Anwendung, von der Sie kommen, hat nicht gesagt, wer sie ist.
error-redirect_uri_mismatch = Die Anwendung wollte Sie an eine Adresse schicken, die sie nicht angemeldet hat. Zu Ihrem Schutz hören wir hier auf.
error-redirect_uri_missing = Die Anwendung hat nicht gesagt, wohin es danach geht, und sie hat mehr als eine Adresse angemeldet.
error-parameter_repeated = Die Anwendung hat in ihrer Anfrage etwas zweimal gesagt; was gilt, wissen wir nicht.
error-request_uri_invalid = Die Anfrage der Anwendung wurde schon benutzt oder ist abgelaufen. Gehen Sie zur Anwendung zurück und beginnen Sie von vorn.
error-request_expired = Ihre Anmeldung war zu lange offen und ist abgelaufen. Beginnen Sie in der Anwendung von vorn.
error-request_expired-title = Ihre Anmeldung ist abgelaufen
error-request_answered = Diese Anmeldung ist schon abgeschlossen. Gehen Sie zur Anwendung zurück, dort geht es weiter.
error-request_answered-title = Diese Anmeldung ist abgeschlossen
error-request_broken = In der Anfrage der Anwendung fehlt etwas, das wir brauchen.
error-loop = Die Anwendung schickt Sie immer wieder hierher. Wir hören auf, bevor das ewig so weitergeht.
error-loop-title = Wir haben eine Anmeldung angehalten, die sich im Kreis dreht
error-not_found = Unter dieser Adresse gibt es nichts. Prüfen Sie sie oder gehen Sie von hier aus weiter.
error-not_found-title = Seite nicht gefunden
error-method_not_allowed = Diese Adresse kann man so nicht benutzen. Gehen Sie von hier aus weiter.
error-method_not_allowed-title = Diese Seite kann man so nicht öffnen
error-device_form = Diese Seite gehört zu einer anderen Anmeldung, darum wurde nichts verbunden. Geben Sie den Code des Geräts noch einmal ein.
error-device_form-title = Von hier aus können wir das Gerät nicht verbinden
error-cross_site = Eine andere Website wollte dieses Formular an Ihrer Stelle senden. Wir haben das verhindert.
error-cross_site-title = Wir haben ein Formular einer anderen Website angehalten
error-too_large = Sie haben mehr gesendet, als wir annehmen. Senden Sie weniger und versuchen Sie es noch einmal.
error-too_large-title = Das war zu viel auf einmal
error-too_many_requests = Das waren zu viele Versuche in kurzer Zeit. Warten Sie ein wenig und versuchen Sie es dann noch einmal.
error-too_many_requests-title = Warten Sie ein wenig
error-overloaded = Im Moment melden sich viele Menschen an. Versuchen Sie es gleich noch einmal.
error-overloaded-title = Im Moment ist hier sehr viel los
error-server_problem = Bei uns gibt es ein Problem. Ihre Angaben sind gespeichert. Versuchen Sie es in ein paar Minuten noch einmal.
error-server_problem-title = Bei uns gibt es ein Problem
error-unsupported_media_type = Was Sie gesendet haben, können wir in dieser Form nicht lesen. Gehen Sie zur Seite zurück und senden Sie es noch einmal.
error-unsupported_media_type-title = Das können wir nicht lesen
error-link_unknown = Dieser Link führt nirgends mehr hin. Fordern Sie eine neue E-Mail an, wenn Sie noch eine brauchen.
error-invitation_over = Sie wurde benutzt, zurückgenommen oder ist abgelaufen. Mit einem Konto melden Sie sich an, sonst bitten Sie um eine neue.
error-invitation_over-title = Diese Einladung gilt nicht mehr
error-link_unknown-title = Dieser Link ist abgelaufen
error-wrong_host = Sie haben { $host } geöffnet, aber dieser Dienst ist für { $issuer } eingerichtet.
error-wrong_host-title = Das ist eine andere Adresse
error-return_to = Die Seite, von der Sie kommen, nennt einen Rückweg, der nicht auf unserer Liste steht. Wir benutzen ihn nicht.
error-return_to-title = Dorthin können wir Sie nicht zurückschicken
error-registration_closed = { $app } nimmt zurzeit keine neuen Konten an. Wenn Sie eines haben, können Sie sich anmelden.
error-registration_closed-title = Zurzeit gibt es keine neuen Konten
error-account_off = Dieses Konto ist abgeschaltet, darum kann man sich damit nicht anmelden.
error-account_off-title = Dieses Konto ist abgeschaltet
error-recovery_closed = { $app } setzt keine Passwörter per E-Mail zurück. Fragen Sie die, die den Dienst betreiben, um Hilfe.
error-recovery_closed-title = Passwörter kann man hier nicht zurücksetzen

## Wege, die weiterführen

go-account = Zu Ihrem Konto
go-sign_in = Anmelden
go-recover = Passwort zurücksetzen
go-again = Noch einmal versuchen
go-client = Zurück zu { $client }
go-continue = Weiter
go-right_address = Zur richtigen Adresse

## Um jede Seite herum

page-error = Fehler:
page-problem = Hier stimmt etwas nicht
page-skip = Zum Inhalt springen
page-subtitle = um zu { $client } weiterzugehen
page-footer = Mehr über diesen Dienst
page-help = Hilfe
page-privacy = Datenschutz
page-terms = Nutzungsbedingungen
page-development = Entwicklung
page-revealed = Zur Fehlersuche schreibt dieser Dienst bis { $time } die Adressen von Seiten und Personen in sein Protokoll.
page-copy = Kopieren
page-copied = Kopiert

## Der Posteingang eines Servers in der Entwicklung

inbox-title = Posteingang der Entwicklung
inbox-sentence = E-Mails, die dieser Server verschickt hätte. Sie verlassen diesen Computer nie.
inbox-empty = Noch keine E-Mails. Codes und Links kommen hier an.
inbox-again = Noch einmal nachsehen
inbox-to = An
inbox-at = Gesendet
inbox-status = Stand
inbox-code = Code
inbox-link = Link öffnen
inbox-text = Text der Nachricht

## E-Mails

mail-subject_verification_code = { $code } ist Ihr Code für { $app }
mail-subject_recovery_code = { $code } ist Ihr Code für ein neues Passwort bei { $app }
mail-subject_invitation = Sie sind zu { $place } eingeladen
mail-subject_sign_in_code = { $code } ist Ihr Code zum Anmelden bei { $app }
mail-subject_account_exists = Sie haben schon ein Konto bei { $app }
mail-subject_password_changed = Ihr Passwort bei { $app } wurde geändert
mail-subject_passkey_added = Zu Ihrem Konto bei { $app } kam ein Passkey hinzu
mail-subject_passkey_removed = Aus Ihrem Konto bei { $app } wurde ein Passkey entfernt
mail-subject_recovery_completed = Ihr Passwort bei { $app } wurde zurückgesetzt
mail-subject_new_device = Neue Anmeldung in Ihrem Konto bei { $app }
mail-subject_second_factor_added = Die Bestätigung in zwei Schritten ist für Ihr Konto bei { $app } an
mail-subject_second_factor_removed = Die Bestätigung in zwei Schritten ist für Ihr Konto bei { $app } aus
mail-subject_backup_code_used = Ein Ersatzcode Ihres Kontos bei { $app } wurde verwendet
mail-subject_refresh_token_reused = Eine Anwendung wurde von Ihrem Konto bei { $app } abgemeldet
mail-subject_account_locked = Ihr Passwort bei { $app } gilt nicht mehr
mail-subject_address_changed = Die E-Mail-Adresse Ihres Kontos bei { $app } wurde geändert
mail-subject_deletion_scheduled = Ihr Konto bei { $app } wird gelöscht
mail-subject_account_deleted = Ihr Konto bei { $app } ist gelöscht

mail-title_verification_code = E-Mail-Adresse bestätigen
mail-title_recovery_code = Passwort zurücksetzen
mail-title_invitation = Sie sind eingeladen
mail-title_sign_in_code = Anmelden
mail-title_account_exists = Sie haben schon ein Konto
mail-title_password_changed = Ihr Passwort wurde geändert
mail-title_passkey_added = Ein Passkey kam hinzu
mail-title_passkey_removed = Ein Passkey wurde entfernt
mail-title_recovery_completed = Ihr Passwort wurde zurückgesetzt
mail-title_new_device = Eine neue Anmeldung
mail-title_second_factor_added = Die Bestätigung in zwei Schritten ist an
mail-title_second_factor_removed = Die Bestätigung in zwei Schritten ist aus
mail-title_backup_code_used = Ein Ersatzcode wurde verwendet
mail-title_refresh_token_reused = Eine Anwendung wurde abgemeldet
mail-title_account_locked = Ihr Passwort gilt nicht mehr
mail-title_address_changed = Ihre E-Mail-Adresse wurde geändert
mail-title_deletion_scheduled = Ihr Konto wird gelöscht
mail-title_account_deleted = Ihr Konto ist gelöscht

mail-code_works =
    { $minutes ->
        [one] Er gilt 1 Minute, bis { $time }.
       *[other] Er gilt { $minutes } Minuten, bis { $time }.
    }
mail-code_enter = Geben Sie ihn auf der Seite ein, die danach gefragt hat.
mail-code_enter_client = Geben Sie ihn auf der Seite ein, die danach gefragt hat; dann geht es weiter zu { $client }.
mail-link_instead = Sie können stattdessen auch diesen Link öffnen, auf jedem Gerät:
mail-link_verification_code = E-Mail-Adresse bestätigen
mail-link_recovery_code = Neues Passwort wählen
mail-link_address_changed = Diese Adresse zurückholen
mail-link_deletion_scheduled = Mein Konto behalten

mail-invitation = Sie sind zu { $place } eingeladen. Legen Sie ein Konto an, um dabei zu sein.
mail-invitation_works = Der Link gilt einmal, bis { $time }.
mail-invitation_go = Konto anlegen
mail-account_exists = Jemand wollte bei { $app } mit dieser Adresse ein Konto anlegen. Sie haben schon eines, darum wurde nichts geändert.
mail-account_exists_go = Wenn Sie das waren, melden Sie sich an.
mail-account_exists_recover = Wenn Sie Ihr Passwort nicht mehr wissen, können Sie es zurücksetzen.
mail-password_changed = Das Passwort Ihres Kontos bei { $app } wurde geändert.
mail-passkey_added = Zu Ihrem Konto bei { $app } kam ein Passkey oder Sicherheitsschlüssel hinzu. Damit kann man sich von jetzt an anmelden.
mail-passkey_removed = Aus Ihrem Konto bei { $app } wurde ein Passkey oder Sicherheitsschlüssel entfernt. Damit geht dort nichts mehr.
mail-recovery_completed = Das Passwort Ihres Kontos bei { $app } wurde mit einem Code aus Ihrem Postfach zurückgesetzt. Alle anderen Geräte wurden abgemeldet.
mail-new_device = Jemand hat sich in Ihrem Konto bei { $app } mit einem Browser angemeldet, den wir noch nicht kennen.
mail-new_device_go = Wenn Sie das waren, ist nichts weiter zu tun.
mail-happened_address_changed = Ihr Konto bei { $app } hat jetzt eine andere E-Mail-Adresse. Mit dieser kann man sich nicht mehr anmelden.
mail-happened_deletion_scheduled = Jemand, der angemeldet war, lässt Ihr Konto bei { $app } löschen. Das geschieht in einer Woche; bis dahin ist es abgeschaltet.
mail-happened_account_deleted = Ihr Konto bei { $app } ist mit allem, was dazugehört, gelöscht, wie vor einer Woche gewünscht.
mail-undo_works = Der Link unten wirkt einmal, bis { $time }. Danach lässt sich nichts mehr zurücknehmen.
mail-second_factor_added = Ihrem Konto bei { $app } wurde eine Authenticator-App hinzugefügt. Von jetzt an wird beim Anmelden nach ihr gefragt.
mail-second_factor_removed = Die Authenticator-App Ihres Kontos bei { $app } wurde entfernt. Beim Anmelden wird nicht mehr nach ihr gefragt.
mail-backup_code_used = Jemand hat sich mit einem Ihrer Ersatzcodes bei { $app } angemeldet. Er gilt nicht noch einmal.
mail-backup_codes_left =
    { $n ->
        [0] Sie haben keinen mehr. Erstellen Sie neue in Ihrem Konto.
        [one] Sie haben noch 1. Erstellen Sie neue in Ihrem Konto.
       *[other] Sie haben noch { $n }.
    }
mail-refresh_token_reused = Ein Schlüssel, den { $client } für Ihr Konto bei { $app } hat, wurde zweimal benutzt, vielleicht kopiert. Er gilt nicht mehr.
mail-refresh_token_reused_go = Sie werden sich dort neu anmelden müssen. Mehr ist nicht zu tun, außer Sie sehen etwas, das Sie nicht kennen.
mail-account_locked = Bei Ihrem Konto bei { $app } wurden zu viele falsche Passwörter eingegeben. Darum ist sein Passwort abgeschaltet.
mail-account_locked_go = Setzen Sie es zurück, um sich wieder anzumelden. Wo Sie jetzt angemeldet sind, bleiben Sie es.
mail-sign_in = Anmelden
mail-account = Konto ansehen
mail-recover = Passwort zurücksetzen

mail-who_verification_code = Wer ihn angefordert hat
mail-who_recovery_code = Wer ihn angefordert hat
mail-who_sign_in_code = Wer ihn angefordert hat
mail-who_account_exists = Wer es war
mail-who_password_changed = Wer es war
mail-who_passkey_added = Wer es war
mail-who_passkey_removed = Wer es war
mail-who_recovery_completed = Wer es war
mail-who_new_device = Wo es war
mail-who_second_factor_added = Wer es war
mail-who_second_factor_removed = Wer es war
mail-who_backup_code_used = Wer ihn verwendet hat
mail-who_refresh_token_reused = Wer ihn noch einmal benutzt hat
mail-who_account_locked = Wer es zuletzt versucht hat
mail-who_address_changed = Wer es war
mail-who_deletion_scheduled = Wer es war
mail-who_account_deleted = Wer es war
mail-when = Wann
mail-browser = Browser
mail-network = Netzadresse

mail-not_you = Wenn Sie das nicht waren
mail-unexpected = Wenn Sie das nicht erwartet haben
mail-not_you_verification_code = Beachten Sie diese E-Mail nicht: Ohne den Code geschieht nichts. Sagen Sie ihn niemandem, wer auch immer fragt.
mail-not_you_recovery_code = Beachten Sie diese E-Mail nicht: Ihr Passwort bleibt, wie es ist. Sagen Sie den Code niemandem, wer auch immer fragt.
mail-not_you_invitation = Beachten Sie diese E-Mail nicht: Ohne Sie wird kein Konto angelegt.
mail-not_you_sign_in_code = Beachten Sie diese E-Mail nicht: Ohne den Code geschieht nichts. Sagen Sie ihn niemandem, wer auch immer fragt.
mail-not_you_account_exists = Sie müssen nichts tun. Von außen kann niemand sehen, dass Sie ein Konto haben.
mail-not_you_password_changed = Jemand kennt Ihr Passwort. Wählen Sie jetzt ein neues; damit werden auch alle Geräte abgemeldet.
mail-not_you_passkey_added = Jemand ist in Ihrem Konto. Entfernen Sie dort den Passkey, wählen Sie ein neues Passwort und melden Sie alle anderen Geräte ab.
mail-not_you_passkey_removed = Jemand ist in Ihrem Konto. Wählen Sie jetzt ein neues Passwort und melden Sie alle anderen Geräte ab.
mail-not_you_second_factor_added = Jemand ist in Ihrem Konto angemeldet. Wählen Sie jetzt ein neues Passwort; damit werden auch alle Geräte abgemeldet.
mail-not_you_second_factor_removed = Jemand ist in Ihrem Konto angemeldet. Wählen Sie jetzt ein neues Passwort; damit werden auch alle Geräte abgemeldet.
mail-not_you_backup_code_used = Jemand kennt Ihr Passwort und hat Ihre Ersatzcodes. Wählen Sie jetzt ein neues Passwort und erstellen Sie dann neue Codes.
mail-not_you_refresh_token_reused = Sehen Sie sich die Geräte in Ihrem Konto an, melden Sie fremde ab und wählen Sie ein neues Passwort.
mail-not_you_recovery_completed = Jemand kann Ihre E-Mails lesen. Ändern Sie zuerst das Passwort Ihres Postfachs und setzen Sie dann dieses zurück.
mail-not_you_new_device = Jemand kennt Ihren Zugang. Wählen Sie jetzt ein neues Passwort; damit werden auch alle Geräte abgemeldet.
mail-not_you_address_changed = Holen Sie diese Adresse jetzt zurück. Das meldet alle Geräte und Apps ab; wählen Sie dann ein neues Passwort.
mail-not_you_deletion_scheduled = Behalten Sie Ihr Konto und wählen Sie ein neues Passwort. Das geht auch, wenn Sie es sich anders überlegt haben.
mail-not_you_account_deleted = Wir können es nicht zurückholen. Sie können jederzeit ein neues Konto anlegen.
mail-not_you_account_locked = In Ihrem Konto wurde nichts geändert. Wählen Sie beim Zurücksetzen ein Passwort, das Sie sonst nirgends benutzen.

mail-why_verification_code = Sie bekommen diese E-Mail, weil { $address } bei { $app } eingegeben wurde.
mail-why_recovery_code = Sie bekommen diese E-Mail, weil für { $address } bei { $app } ein neues Passwort angefordert wurde.
mail-why_invitation = Sie bekommen diese E-Mail, weil { $address } bei { $app } eingeladen wurde.
mail-why_sign_in_code = Sie bekommen diese E-Mail, weil { $address } bei { $app } eingegeben wurde.
mail-why_account_exists = Sie bekommen diese E-Mail, weil { $address } bei { $app } eingegeben wurde.
mail-why_password_changed = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_passkey_added = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_passkey_removed = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_second_factor_added = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_second_factor_removed = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_backup_code_used = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_refresh_token_reused = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_recovery_completed = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_new_device = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_address_changed = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehörte.
mail-why_deletion_scheduled = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-why_account_deleted = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehörte.
mail-why_account_locked = Sie bekommen diese E-Mail, weil { $address } zu einem Konto bei { $app } gehört.
mail-automatic = Sie wurde automatisch verschickt, niemand liest eine Antwort darauf.
mail-automatic_reply = Sie wurde automatisch verschickt. Antworten gehen an { $address }.
