### العربية: صفحات الرحلة الرئيسية (الدخول، إنشاء الحساب، التأكيد، استعادة كلمة المرور، الموافقة، الخروج، الأخطاء).
### ما ليس هنا يقال بالإنجليزية.

## اللغة نفسها

language-direction = rtl
date-long = { $day } { $month } { $year }، { $time } بالتوقيت العالمي
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر
agent-unknown = متصفح غير معروف
agent-on = { $browser } على { $system }
trait-email = البريد الإلكتروني
trait-name = الاسم

## الدخول

login-title = تسجيل الدخول
login-title_again = أكّد أنك أنت
login-again = أدخل كلمة المرور مرة أخرى قبل المتابعة.
login-email = البريد الإلكتروني
login-username = البريد الإلكتروني أو اسم المستخدم
login-password = كلمة المرور
login-button = تسجيل الدخول
login-code = أرسل لي رمزًا بالبريد
login-recovery = هل نسيت كلمة المرور؟
login-new_here = جديد هنا؟
login-registration = أنشئ حسابًا
login-not_you = لست أنت؟
login-switch = استخدم حسابًا آخر
login-mismatch = البريد الإلكتروني وكلمة المرور غير متطابقين. تحقق منهما وحاول مرة أخرى.
login-slow_down =
    { $minutes ->
        [one] محاولات كثيرة جدًا. انتظر دقيقة واحدة، أو أعد تعيين كلمة المرور.
        [two] محاولات كثيرة جدًا. انتظر دقيقتين، أو أعد تعيين كلمة المرور.
        [few] محاولات كثيرة جدًا. انتظر { $minutes } دقائق، أو أعد تعيين كلمة المرور.
       *[other] محاولات كثيرة جدًا. انتظر { $minutes } دقيقة، أو أعد تعيين كلمة المرور.
    }
login-reset_needed = محاولات كثيرة جدًا في المجموع. أعد تعيين كلمة المرور لتسجيل الدخول من جديد.
login-disabled = هذا الحساب موقوف. تواصل مع { $support }.
login-deleting = سيُحذف هذا الحساب في { $time }. للاحتفاظ به، افتح الرابط في رسالتنا بهذا الشأن.
login-expired_reenter = اضطررنا إلى إعادة تحميل هذه الصفحة. أدخل كلمة المرور مرة أخرى.

passkey-button = تسجيل الدخول بمفتاح مرور
passkey-cancelled = لم يُستخدم مفتاح المرور. حاول مرة أخرى أو سجّل الدخول بطريقة أخرى.
passkey-unsupported = لا يستطيع هذا المتصفح استخدام مفاتيح المرور. سجّل الدخول بطريقة أخرى.
passkey-unknown = أُزيل مفتاح المرور هذا من حسابك. سجّل الدخول بطريقة أخرى.
passkey-failed = لم ينجح مفتاح المرور هذا. حاول مرة أخرى أو سجّل الدخول بطريقة أخرى.
passkey-second = استخدم مفتاح مرور أو مفتاح أمان
passkey-second_title = استخدم مفتاح المرور أو مفتاح الأمان
passkey-second_sentence = سيطلبه منك جهازك. كلمة المرور وحدها لا تكفي لهذا الحساب.
passkey-second_script = تحتاج هذه الخطوة إلى JavaScript. فعّله في هذا المتصفح، أو استخدم رمزًا احتياطيًا.
passkey-expired = استغرق ذلك وقتًا طويلًا، فلم يحدث شيء. حاول مرة أخرى.
passkey-not_added = تعذّرت إضافته إلى حسابك. إذا كان جديدًا فحاول مرة أخرى.
passkey-too_many = لديك أقصى عدد يتسع له الحساب. أزل واحدًا لم تعد تستخدمه.
passkeys-unsupported = لا يستطيع هذا المتصفح إنشاء مفاتيح مرور.
codes-title = احفظ رموزك الاحتياطية
codes-sentence_passkey = إذا فقدت مفتاح المرور، فبريدك وأحد هذه الرموز يعيدانك إلى حسابك. تُعرض الآن فقط، فاحفظها في مكان آمن.
codes-download = تنزيل
codes-print = طباعة
codes-saved = حفظت هذه الرموز
codes-button = متابعة
codes-not_saved = ضع العلامة بعد أن تحفظ رموزك

## الخطوة الثانية

factor-title_totp = أدخل الرمز المكوّن من 6 أرقام
factor-sentence_totp = افتح تطبيق المصادقة وأدخل الرمز الذي يعرضه.
factor-label_totp = الرمز من تطبيقك
factor-title_backup = أدخل رمزًا احتياطيًا
factor-sentence_backup = أدخل أحد الرموز التي حفظتها عند تشغيل التحقق بخطوتين.
factor-label_backup = رمز احتياطي
factor-hint_backup = كل رمز يعمل مرة واحدة
factor-button = متابعة
factor-trust = ثق بهذا الجهاز لمدة { $days } يومًا
factor-use_backup = استخدم رمزًا احتياطيًا
factor-use_totp = استخدم تطبيق المصادقة
factor-slow_down = محاولات كثيرة جدًا. انتظر { $minutes } دقيقة ثم حاول مرة أخرى.
totp-mismatch = هذا الرمز غير صحيح. استخدم أحدث رمز من تطبيقك.
totp-short = الرمز مكوّن من 6 أرقام. أدخلت { $n }.
totp-long = الرمز مكوّن من 6 أرقام. أدخلت { $n }.
totp-clock = تأكد من أن ساعة هاتفك تُضبط تلقائيًا.
backup-used = هذا الرمز الاحتياطي استُخدم من قبل. أدخل رمزًا آخر.
backup-mismatch = هذا الرمز الاحتياطي غير صحيح. تحقق منه وحاول مرة أخرى.

## إنشاء حساب

registration-title = أنشئ حسابك
registration-title_invited = انضم إلى { $app }
registration-invitation_over = لم تعد هذه الدعوة صالحة. اطلب دعوة جديدة ممن دعاك.
registration-invited_address = هذه الدعوة لعنوان بريد آخر.
registration-invited_taken = يوجد حساب بهذا البريد. سجّل الدخول به.
registration-button = أنشئ الحساب
registration-passkey = أنشئ الحساب بمفتاح مرور
registration-passkey_cancelled = لم يُنشأ أي مفتاح مرور. حاول مرة أخرى أو اختر كلمة مرور.
registration-have_account = لديك حساب؟
registration-terms = بإنشاء الحساب فإنك توافق على شروط { $app }.
registration-closed = لا يستقبل { $app } حسابات جديدة حاليًا. إذا كان لديك حساب فيمكنك تسجيل الدخول.
email-hint = سنرسل رمزًا للتحقق من أنه لك.
email-format = أدخل بريدًا إلكترونيًا بالصيغة الصحيحة، مثل name@example.com
email-taken_unused = لا يمكن استخدام هذا العنوان لهذا الحساب. أدخل عنوانًا آخر.
form-wrong = ما أدخلته لا يتوافق بعضه مع بعض. تحقق منه وأرسله مرة أخرى.
field-empty =
    { $field ->
        [email] أدخل بريدك الإلكتروني
        [password] أدخل كلمة المرور
        [current_password] أدخل كلمة المرور الحالية
        [code] أدخل الرمز
        [name] أدخل اسمك
        [backup_code] أدخل رمزًا احتياطيًا
       *[other] املأ الحقل «{ $field }»
    }
field-optional = (اختياري)
field-too_long = أدخل { $max } حرفًا على الأكثر في الحقل «{ $field }»
field-wrong = تحقق من الحقل «{ $field }» وأدخله مرة أخرى

## كلمات المرور

pw-new = كلمة مرور جديدة
pw-choose = كلمة المرور
pw-current = كلمة المرور الحالية
pw-rule = { $min } حرفًا على الأقل. من السهل تذكر ثلاث أو أربع كلمات لا صلة بينها.
pw-show = إظهار
pw-hide = إخفاء
pw-show_label = إظهار كلمة المرور
pw-hide_label = إخفاء كلمة المرور
pw-shown = كلمة المرور ظاهرة
pw-hidden = كلمة المرور مخفية
pw-short = اختر كلمة مرور من { $min } حرفًا على الأقل. عدد أحرف هذه { $n }.
pw-long = اختر كلمة مرور من { $max } حرفًا على الأكثر.
pw-common = يستخدم كثيرون كلمة المرور هذه، فمن السهل تخمينها. اختر غيرها، مثل ثلاث أو أربع كلمات لا صلة بينها.
pw-breached = ظهرت كلمة المرور هذه في تسريب بيانات في مكان آخر. اختر كلمة مرور أخرى.
pw-breached_sign_in = كلمة المرور صحيحة، لكن آخرين يعرفونها: فهي شائعة أو ظهرت في تسريب بيانات في مكان آخر. اختر كلمة مرور جديدة للمتابعة.
pw-context = تحتوي كلمة المرور على «{ $word }»، ومن السهل تخمين ذلك. اختر كلمة مرور من دونها.
pw-same = هذه كلمة المرور الحالية. اختر كلمة جديدة.
password-mismatch_current = هذه ليست كلمة المرور الحالية. تحقق منها وحاول مرة أخرى.
password-changed = تم تغيير كلمة المرور

## الرموز والروابط

code-title = تفقد بريدك الإلكتروني
code-sent_to = أرسلنا رمزًا من 8 أرقام إلى { $address }. وهو صالح لمدة 10 دقائق.
code-maybe_sent_to = إذا كان { $address } يستقبل رسائلنا، فهناك رمز من 8 أرقام في الطريق. وهو صالح لمدة 10 دقائق.
code-label = رمز من 8 أرقام
code-button = متابعة
code-resend = أرسل رمزًا جديدًا
code-resend_wait = يمكنك طلب رمز جديد بعد { $seconds } ث
code-change = استخدم بريدًا إلكترونيًا آخر
code-skip = تخطَّ هذا الآن
code-not_there = لم يصل؟ ابحث في البريد المزعج، أو ابحث عن رسالة من { $from }.
code-inbox = افتح صندوق بريد التطوير
code-mismatch = هذا الرمز غير صحيح. تحقق من أحدث رسالة منا وحاول مرة أخرى.
code-short =
    { $n ->
        [one] يتكون الرمز من 8 أرقام. أدخلت رقمًا واحدًا.
        [two] يتكون الرمز من 8 أرقام. أدخلت رقمين.
       *[other] يتكون الرمز من 8 أرقام. عدد ما أدخلته { $n }.
    }
code-long = يتكون الرمز من 8 أرقام. عدد ما أدخلته { $n }.
code-expired = انتهت مدة هذا الرمز. اطلب رمزًا جديدًا أدناه.
code-too_many = محاولات كثيرة جدًا بهذا الرمز. اطلب رمزًا جديدًا أدناه.
code-newer = حل رمز آخر محل هذا الرمز. استخدم الرمز الذي في الرسالة المرسلة الساعة { $time }.
code-sent = رمز جديد في الطريق. الأحدث وحده يعمل.
code-wait =
    { $seconds ->
        [one] يمكنك طلب رمز جديد بعد ثانية واحدة.
        [two] يمكنك طلب رمز جديد بعد ثانيتين.
        [few] يمكنك طلب رمز جديد بعد { $seconds } ثوانٍ.
       *[other] يمكنك طلب رمز جديد بعد { $seconds } ثانية.
    }
code-wait_minutes =
    { $minutes ->
        [one] يمكنك طلب رمز جديد بعد دقيقة واحدة.
        [two] يمكنك طلب رمز جديد بعد دقيقتين.
        [few] يمكنك طلب رمز جديد بعد { $minutes } دقائق.
       *[other] يمكنك طلب رمز جديد بعد { $minutes } دقيقة.
    }
code-limit = هذا أقصى عدد من الرموز نرسله في يوم واحد. ابحث عن أحدث رسالة منا، أو حاول غدًا.
mail-down = لا نستطيع إرسال البريد الآن. سنواصل المحاولة؛ ويمكنك أيضًا { $alternative }.
mail-way_password = تسجيل الدخول بكلمة المرور
mail-way_skip = تخطي هذا الآن
mail-way_change = استخدام بريد إلكتروني آخر
mail-way_sign_in = العودة إلى تسجيل الدخول
address-verified = تم تأكيد بريدك الإلكتروني
address-confirmed_elsewhere = تم تأكيد بريدك الإلكتروني. عد إلى الجهاز الذي بدأت منه؛ سيتابع من تلقاء نفسه.
address-disowned = شكرًا لك. لم يتم تأكيد شيء، ولم يعد هذا الرابط يعمل.

link-title_verification = أكّد بريدك الإلكتروني
link-title_recovery = أعد تعيين كلمة المرور
link-sentence_verification = استخدم شخص ما { $address } لحساب في { $app }. أكّد أنه لك.
link-sentence_recovery = طلب شخص ما كلمة مرور جديدة لـ { $address }.
link-sentence_given = أُعطيت هذا الرابط لتختار كلمة مرور جديدة لـ { $app }.
link-elsewhere_verification = فتحت هذا على جهاز آخر. أكّد هنا، ثم عد إلى الجهاز الأول.
link-elsewhere_recovery = فتحت هذا على جهاز آخر. اختر كلمة المرور الجديدة هنا، ثم سجّل الدخول بها على الجهاز الأول.
link-asked_at = وقت الطلب
link-asked_from = مصدر الطلب
link-confirm = تأكيد
link-continue = متابعة
link-disown = لم أكن أنا
link-expired = انتهت مدة هذا الرابط. اطلب رسالة جديدة أدناه.
link-used = استُخدم هذا الرابط من قبل. اطلب رسالة جديدة إذا كنت لا تزال تحتاج إليها.

## كلمة مرور منسية

recovery-title = أعد تعيين كلمة المرور
recovery-sentence = أدخل البريد الإلكتروني لحسابك. سنرسل إليك رمزًا.
recovery-email = البريد الإلكتروني
recovery-button = متابعة
recovery-slow_down =
    { $minutes ->
        [one] طُلبت رموز كثيرة جدًا من مكانك. انتظر دقيقة واحدة، ثم حاول مرة أخرى.
        [two] طُلبت رموز كثيرة جدًا من مكانك. انتظر دقيقتين، ثم حاول مرة أخرى.
        [few] طُلبت رموز كثيرة جدًا من مكانك. انتظر { $minutes } دقائق، ثم حاول مرة أخرى.
       *[other] طُلبت رموز كثيرة جدًا من مكانك. انتظر { $minutes } دقيقة، ثم حاول مرة أخرى.
    }
recovery-signed_in = سجلت الدخول باسم { $who }. هل تريد تعيين كلمة مرور جديدة؟
recovery-back = العودة إلى تسجيل الدخول
recovery-new_title = اختر كلمة مرور جديدة
recovery-save = حفظ ومتابعة
recovery-ends = عند الحفظ يتم تسجيل خروجك من جميع الأجهزة الأخرى.
recovery-passkey = استخدم مفتاح مرور بدلًا منها
recovery-passkey_cancelled = لم يُنشأ أي مفتاح مرور. حاول مرة أخرى أو اختر كلمة مرور جديدة.

## وصول التطبيقات

consent-title = هل تسمح لـ { $client } بالوصول إلى حسابك؟
consent-signed_in_as = مسجل الدخول باسم { $who }
consent-switch = استخدم حسابًا آخر
consent-list = سيتمكن { $client } من:
consent-destination = ستنتقل إلى { $destination }
consent-this_computer = تطبيق على هذا الحاسوب
form_post-title = العودة إلى { $client }
form_post-line = نعيدك إلى التطبيق. إذا لم يحدث شيء، فتابع بالزر.
form_post-button = متابعة
consent-policy = إشعار الخصوصية لـ { $client }
consent-tos = شروط { $client }
consent-remember = لا تسألني مرة أخرى عن هذا التطبيق
consent-allow = السماح
consent-deny = عدم السماح
scope-openid-title = معرفة من أنت
scope-openid-line = يحصل على رقم يمثلك، حتى يعرفك في المرة القادمة.
scope-profile-title = الاطلاع على ملفك الشخصي
scope-profile-line = اسمك وما كتبته في ملفك الشخصي.
scope-email-title = الاطلاع على بريدك الإلكتروني
scope-email-line = عنوان بريدك الإلكتروني، وهل تم تأكيده.
scope-phone-title = الاطلاع على رقم هاتفك
scope-phone-line = رقم هاتفك، وهل تم تأكيده.
scope-address-title = الاطلاع على عنوانك البريدي
scope-address-line = العنوان البريدي في ملفك الشخصي.
scope-offline_access-title = البقاء على اتصال
scope-offline_access-line = يحتفظ بوصوله عندما لا تستخدمه.
scope-other-title = استخدام { $scope }
scope-other-line = يطلب التطبيق هذا بالاسم.

## حسابان

session-other = أنت مسجل الدخول باسم { $a }.
chooser-title = أي حساب تريد أن تستخدم؟
chooser-title_one = أنت مسجل الدخول
chooser-continue = تابع باسم { $who }
chooser-switch = انتقل إلى { $who }
chooser-other = استخدم حسابًا آخر

## الخروج

logout-title = هل تريد تسجيل الخروج؟
logout-signed_in_as = أنت مسجل الدخول باسم { $who }.
logout-applications = سيتم تسجيل خروجك أيضًا من:
logout-button = تسجيل الخروج
logout-stay = البقاء مسجلًا
logout-done_title = تم تسجيل خروجك
logout-done = يمكنك إغلاق هذه الصفحة.
logout-again = تسجيل الدخول من جديد
logout-going_title = جارٍ تسجيل خروجك
logout-going = تم تسجيل خروجك هنا. نخبر التطبيقات الأخرى التي استخدمتها، ثم تنتقل إلى { $client }.
logout-frame = تسجيل الخروج من تطبيق آخر

## ملاحظات على الصفحات

flow-renewed = بقيت هذه الصفحة مفتوحة مدة، فأعدنا تحميلها. لم يضع شيء.
flow-reopened = بقيت هذه الصفحة مفتوحة مدة، فتحقق من بياناتك وتابع.
flow-get_submit = وصل نموذجك بطريقة لا نقبلها، فلم يتغير شيء. املأه وأرسله من هنا مرة أخرى.

## حين لا يمكننا المتابعة

error-title = لا يمكننا المتابعة في تسجيل الدخول هذا
error-unchanged = لم يتغير شيء.
error-what_now = ما يمكنك فعله
error-retry_after =
    { $seconds ->
        [one] حاول مرة أخرى بعد ثانية واحدة.
        [two] حاول مرة أخرى بعد ثانيتين.
        [few] حاول مرة أخرى بعد { $seconds } ثوانٍ.
       *[other] حاول مرة أخرى بعد { $seconds } ثانية.
    }
error-retry_after_minutes =
    { $minutes ->
        [one] حاول مرة أخرى بعد دقيقة واحدة.
        [two] حاول مرة أخرى بعد دقيقتين.
        [few] حاول مرة أخرى بعد { $minutes } دقائق.
       *[other] حاول مرة أخرى بعد { $minutes } دقيقة.
    }
error-advice_back = عد إلى التطبيق وابدأ من هناك من جديد.
error-advice_help = إذا تكرر ذلك، فأخبر من يديرون التطبيق، وأعطهم التفاصيل أدناه.
error-support = تفاصيل للدعم
error-developer = تفاصيل للمطورين
error-id = السبب
error-status = الحالة
error-at = الوقت
error-request = الطلب
error-client_unknown = التطبيق الذي أرسلك إلى هنا غير معرّف لدى { $app }.
error-client_id_missing = التطبيق الذي أرسلك إلى هنا لم يذكر من هو.
error-redirect_uri_mismatch = طلب التطبيق أن نرسلك إلى عنوان لم يسجله، فتوقفنا حفاظًا على حسابك.
error-redirect_uri_missing = لم يذكر التطبيق إلى أين نرسلك بعد ذلك، وله أكثر من عنوان مسجل.
error-parameter_repeated = ذكر التطبيق أمرًا مرتين في طلبه، فلا نعرف ما يقصده.
error-request_uri_invalid = استُخدم طلب التطبيق من قبل أو انتهت مدته. عد إلى التطبيق وابدأ من جديد.
error-request_expired = بقي تسجيل الدخول مفتوحًا مدة طويلة فانتهت مدته. ابدأ من التطبيق من جديد.
error-request_expired-title = انتهت مدة تسجيل الدخول
error-request_answered = اكتمل تسجيل الدخول هذا. عد إلى التطبيق للمتابعة.
error-request_answered-title = اكتمل تسجيل الدخول هذا
error-request_broken = ينقص طلب التطبيق شيء نحتاج إليه.
error-loop = يعيدك التطبيق إلى هنا مرة بعد مرة، فتوقفنا قبل أن يستمر ذلك بلا نهاية.
error-loop-title = أوقفنا تسجيل دخول يدور في حلقة
error-not_found = لا يوجد شيء في هذا العنوان. تحقق منه، أو تابع من هنا.
error-not_found-title = الصفحة غير موجودة
error-method_not_allowed = لا يمكن استخدام هذا العنوان بهذه الطريقة. تابع من هنا.
error-method_not_allowed-title = لا يمكن فتح هذه الصفحة هكذا
error-cross_site = حاول موقع آخر إرسال هذا النموذج نيابة عنك، فأوقفناه.
error-cross_site-title = أوقفنا نموذجًا من موقع آخر
error-too_large = ما أرسلته أكبر مما نقبله. أرسل أقل وحاول مرة أخرى.
error-too_large-title = كان ذلك أكثر مما يمكن إرساله
error-too_many_requests = محاولات كثيرة جدًا في وقت قصير. انتظر قليلًا، ثم حاول مرة أخرى.
error-too_many_requests-title = انتظر قليلًا
error-overloaded = يسجل كثيرون الدخول في هذه اللحظة. حاول مرة أخرى بعد قليل.
error-overloaded-title = نحن مشغولون جدًا الآن
error-server_problem = هناك مشكلة من جهتنا. بياناتك محفوظة. حاول مرة أخرى بعد بضع دقائق.
error-server_problem-title = هناك مشكلة من جهتنا
error-unsupported_media_type = ما أرسلته بصيغة لا نقرؤها. عد إلى الصفحة وأرسله مرة أخرى.
error-unsupported_media_type-title = لا يمكننا قراءة ذلك
error-link_unknown = لم يعد هذا الرابط يؤدي إلى مكان. اطلب رسالة جديدة إذا كنت لا تزال تحتاج إليها.
error-invitation_over = استُعملت أو انتهت مدتها أو سُحبت. إن كان لديك حساب فسجّل الدخول، وإلا فاطلب دعوة جديدة.
error-invitation_over-title = لم تعد هذه الدعوة صالحة
error-link_unknown-title = انتهت مدة هذا الرابط
error-wrong_host = فتحت { $host }، لكن هذه الخدمة معدة لـ { $issuer }.
error-wrong_host-title = هذا عنوان آخر
error-return_to = طلبت الصفحة التي أرسلتك إلى هنا طريق عودة ليس في قائمتنا، فلن نستخدمه.
error-return_to-title = لا يمكننا إعادتك إلى هناك
error-registration_closed = لا يستقبل { $app } حسابات جديدة حاليًا. إذا كان لديك حساب فيمكنك تسجيل الدخول.
error-registration_closed-title = الحسابات الجديدة مغلقة
error-account_off = هذا الحساب موقوف، فلا يمكن تسجيل الدخول به.
error-account_off-title = هذا الحساب موقوف
error-recovery_closed = لا يعيد { $app } تعيين كلمات المرور بالبريد. اطلب المساعدة ممن يديرونه.
error-recovery_closed-title = لا يمكن إعادة تعيين كلمات المرور هنا

## طرق المتابعة

go-account = انتقل إلى حسابك
go-sign_in = تسجيل الدخول
go-recover = أعد تعيين كلمة المرور
go-again = حاول مرة أخرى
go-client = العودة إلى { $client }
go-continue = متابعة
go-right_address = انتقل إلى العنوان الصحيح

## حول كل صفحة

page-error = خطأ:
page-problem = هناك مشكلة
page-skip = انتقل إلى المحتوى
page-subtitle = للمتابعة إلى { $client }
page-footer = المزيد عن هذه الخدمة
page-help = مساعدة
page-privacy = الخصوصية
page-terms = الشروط
page-development = وضع التطوير
page-revealed = للبحث عن خلل، تكتب هذه الخدمة عناوين الصفحات والأشخاص في سجلها حتى { $time }.
page-copy = نسخ
page-copied = تم النسخ
