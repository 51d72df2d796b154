//! What Acme teaches in the demo, and who is how far.

/// A course of the demo.
pub struct CourseOf {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub description: &'static str,
    /// The programs it is given to, and whether it is required there.
    pub programs: &'static [(&'static str, bool)],
    /// Title and text, in Markdown.
    pub lessons: &'static [(&'static str, &'static str)],
    /// Published when some had finished already.
    pub later: Option<(&'static str, &'static str)>,
    /// Written, and not published yet.
    pub draft: Option<(&'static str, &'static str)>,
}

/// The courses of Acme, the older one first.
pub const COURSES: &[CourseOf] = &[
    CourseOf {
        name: "Product tour",
        description: "What Acme does, for whom, and how to show it in ten minutes.",
        programs: &[("Acme Resellers", true), ("Acme Referral", false)],
        lessons: &[
            (
                "What Acme does",
                "Acme keeps the appointments of a practice in one calendar: patients book, the front desk sees it at once, and nobody is rung \
                 back for nothing.\n\n## Three sentences that work\n\n- **Bookings come in at night.** A third of all appointments are booked \
                 after closing time.\n- **Reminders go out by themselves.** Practices tell us that missed visits fall by half in the first \
                 quarter.\n- **Nothing to install.** A browser is enough, and the old calendar is taken over in an afternoon.\n\nLearn these \
                 three. Everything else in this course hangs on them.",
            ),
            (
                "Who it is for, and who it is not for",
                "Acme pays off for practices with **two to forty** people who see patients by appointment.\n\n## Good signs\n\n1. Somebody \
                 spends more than an hour a day on the phone moving appointments.\n2. There is a paper calendar, or a spreadsheet, at the \
                 front desk.\n3. They have a second location, or plan one.\n\n## Better left alone\n\n- Hospitals: they need what we do not \
                 have.\n- Practices without appointments.\n\n> If you are not sure, ask: *what happens here when somebody does not turn up?* \
                 The answer tells you more than a list of features.",
            ),
            (
                "The ten-minute demo",
                "Show one story, not twenty screens.\n\n1. Book an appointment on your own phone, as a patient.\n2. Turn the screen: it stands \
                 in the calendar already.\n3. Move it. The phone buzzes.\n4. Stop, and let them talk.\n\nThe demo account is at \
                 [acme.example/start](https://acme.example/start). It is put back to its beginning every night.\n\n---\n\n*Leave prices to the \
                 end.* Who asks for them early is shown the price list and asked what they pay for missed visits today.",
            ),
            (
                "Questions you will hear",
                "**Where is the data?** In the country of the practice. The data protection agreement is part of the contract.\n\n**Can we leave \
                 again?** Every month. All data can be downloaded as CSV, and is deleted thirty days later.\n\n**Does it work with our \
                 patient software?** With the six most used ones. Send us the name before you promise anything.\n\nWhat you cannot answer, \
                 write to us. We answer within a working day, and your customer sees that you keep your word.",
            ),
        ],
        later: None,
        draft: Some(("What is new in spring", "To be written when the dates stand.")),
    },
    CourseOf {
        name: "Selling to clinics",
        description: "For those who sell to practices with several locations: who decides, how long it takes, what the contract says.",
        programs: &[("Acme Resellers", false)],
        lessons: &[
            (
                "Who decides in a clinic",
                "Three people decide, and you need all of them.\n\n- **The practice manager** feels the pain. She is your friend and cannot \
                 sign.\n- **The doctors** do not want to hear about calendars. Show them the evening without a phone list.\n- **Whoever pays** \
                 wants a number. Bring the one from your talk with the manager.\n\nBegin with the manager, and ask her to bring you to the \
                 other two.",
            ),
            (
                "The first talk",
                "Listen for twenty minutes before you show anything.\n\n## Ask\n\n1. How many appointments a week? How many are missed?\n2. Who \
                 moves them, and how long does it take?\n3. What was tried before, and why did it stop?\n\nWrite the answers down. The \
                 proposal is made of them.",
            ),
            (
                "A proposal on one page",
                "One page, in their words:\n\n- what costs them time today, with *their* numbers,\n- what changes in the first month,\n- what it \
                 costs, for the month and for the year,\n- who does what until it runs.\n\nSend it within a day of the talk. After a week it is \
                 half as good.",
            ),
            (
                "Pilot in one location",
                "A clinic that hesitates starts with one location for six weeks.\n\n**Agree beforehand what success is.** Missed visits below a \
                 number, hours on the phone below a number. Put both into the mail that confirms the pilot.\n\nIn week two, call. In week \
                 five, make the appointment for the decision.",
            ),
        ],
        later: Some((
            "The new price list",
            "Since this month there is a price for clinics with more than five locations.\n\n- Up to five: as before, per person.\n- From six: \
             per location, and everybody in it may use it.\n\nOffers that are out keep the old price for thirty days. Where the new one is \
             better for the customer, send a new offer; they will remember it.",
        )),
        draft: None,
    },
];

/// Who in Northwind has done how many lessons of each course, and how many days ago.
pub const NORTHWIND: &[(&str, &[(usize, i64)])] = &[
    ("olivia@northwind.example", &[(4, 190), (4, 120)]),
    ("adam@northwind.example", &[(4, 160), (4, 40)]),
    ("mia@northwind.example", &[(4, 30), (3, 6)]),
    ("frank@northwind.example", &[(0, 0), (0, 0)]),
];

/// Who in Northwind has also done what was published later.
pub const UP_TO_DATE: &str = "adam@northwind.example";
