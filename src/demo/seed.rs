//! Fills the demo by what people do: invite, accept, approve, decline. Rows are dated back afterwards, since all of it happens now.

use super::{
    courses,
    people::{self, TeamOf},
};
use crate::{
    access::{Limiter, password},
    accounts::User,
    companies::{Company, StaffRole, staff::Staff},
    email_address::EmailAddress,
    error::{Error, Result},
    home::setup::{self, Founded, Founder, NewCompany},
    ids::{CourseId, InvitationId, LessonId, ProgramId},
    invitations::{
        Invitation,
        accepting::{self, Acceptance, Accepted, Accepter, Into},
        approval::{self, Decision},
        asking::{self, MembersInvited, NewMembers, NewTeam, Person, TeamInvited},
        declining,
        listed::{self, Kept},
        putting, revoking,
    },
    mail::Mailer,
    programs::{
        Program, Terms,
        program::{ProgramText, Written},
    },
    schema::{invitations, outbox},
    teams::{MemberRole, Membership, Team},
    tokens::{Purpose, hash_of},
    training::{self, Course, CourseText, Gift, Lesson, LessonText, taking},
    words,
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Double, Text},
};

/// Everyone's password.
pub const PASSWORD: &str = "guildhall-demo";

/// The first version of the terms of every program.
pub(super) const TERMS: &str = "1. Say what the product does, and nothing that it does not.\n\n2. Use your own link, so that what you bring is known to be yours.\n\n3. Commissions are paid for customers who stay thirty days.\n\n4. Either side may end this at any time; what was earned stays earned.";

/// Makes the demo's data, in the caller's transaction.
pub fn fill(conn: &mut PgConnection, mailer: &Mailer) -> Result<()> {
    // A demo is filled by its own administrator; the lines of the audit log are dated back like all else.
    sql_query("ALTER TABLE audit DISABLE TRIGGER audit_append_only").execute(conn)?;
    sql_query("ALTER TABLE ledger DISABLE TRIGGER ledger_append_only").execute(conn)?;
    let mut town = Town { conn, mailer, password_hash: password::hash(PASSWORD)? };
    town.acme()?;
    town.globex()?;
    town.training()?;
    town.open_matters()?;
    town.terms()?;
    town.care()?;
    town.governing()?;
    town.links()?;
    town.referrals()?;
    town.payouts()?;
    town.conversations()?;
    town.clicks()?;
    town.activity()?;
    // Mail made by seeding is shown, never sent.
    diesel::update(outbox::table.filter(outbox::status.eq("queued")))
        .set((outbox::status.eq("sent"), outbox::sent_at.eq(outbox::created_at.nullable())))
        .execute(conn)?;
    refuse_one_mail(conn)?;
    sql_query("ALTER TABLE audit ENABLE TRIGGER audit_append_only").execute(conn)?;
    sql_query("ALTER TABLE ledger ENABLE TRIGGER ledger_append_only").execute(conn)?;
    Ok(())
}

/// What the seeding works with.
pub(super) struct Town<'a> {
    pub(super) conn: &'a mut PgConnection,
    pub(super) mailer: &'a Mailer,
    password_hash: String,
}

impl Town<'_> {
    fn acme(&mut self) -> Result<()> {
        let acme = self.company("Acme", ("Sam Whitaker", "sam@acme.example"), ("Acme Resellers", "https://acme.example/start"))?;
        self.colleague(&acme, "Max Adler", "max@acme.example", StaffRole::Manager)?;
        self.colleague(&acme, "Vera Lind", "vera@acme.example", StaffRole::Viewer)?;
        let sam = self.staff("sam@acme.example", "acme")?;
        self.program(&sam, "Acme Referral", "Recommend Acme to people you know.", "https://acme.example/refer", true)?;
        self.program(&sam, "Acme Resellers Plus", "For resellers with more than fifty customers.", "https://acme.example/plus", false)?;
        self.date_back(1_700.0)?;
        for team in people::TEAMS {
            self.team(&sam, "Acme Resellers", team)?;
        }
        for (team, after) in people::TEAMS.iter().filter(|team| team.joined > 150).step_by(2).zip(1..) {
            let owner = people::address(team.people[0].0, team.domain);
            self.further_program(&sam, "Acme Referral", team.name, &owner, (team.joined - 60 - after).max(1) as f64)?;
        }
        Ok(())
    }

    fn globex(&mut self) -> Result<()> {
        self.company("Globex", ("Gus Porter", "gus@globex.example"), ("Globex Affiliates", "https://globex.example/join"))?;
        let gus = self.staff("gus@globex.example", "globex")?;
        self.date_back(900.0)?;
        for team in people::GLOBEX_TEAMS {
            self.team(&gus, "Globex Affiliates", team)?;
        }
        let shared = people::TEAMS.iter().find(|team| team.name == people::SHARED_TEAM).ok_or(Error::NotFound)?;
        self.further_program(&gus, "Globex Affiliates", shared.name, &people::address(shared.people[0].0, shared.domain), 200.0)
    }

    /// Courses, done by halves by several teams; one has a lesson more since some had finished it.
    fn training(&mut self) -> Result<()> {
        let sam = self.staff("sam@acme.example", "acme")?;
        let mut made = Vec::new();
        for (course, days) in courses::COURSES.iter().zip([600.0, 420.0]) {
            made.push(self.course(&sam, course)?);
            self.date_back(days)?;
        }
        for (email, done) in courses::NORTHWIND {
            for ((course, lessons), (count, days)) in made.iter().zip(*done) {
                self.take(email, "northwind", *course, &lessons[..*count])?;
                self.date_back(*days as f64 + 0.05)?;
            }
        }
        let others = people::TEAMS.iter().filter(|team| team.joined > 20 && team.domain != "northwind.example");
        for (team, nth) in others.zip(0usize..).filter(|(_, nth)| nth % 3 != 1) {
            let slug = words::slug(team.name);
            for ((name, _), who) in team.people.iter().zip(nth..) {
                for ((course, lessons), done) in made.iter().zip([[4, 2, 4, 0, 3, 4, 1], [0, 3, 0, 0, 4, 0, 1]]) {
                    self.take(&people::address(name, team.domain), &slug, *course, &lessons[..done[who % 7]])?;
                }
            }
            self.date_back(0.4 * team.joined as f64)?;
        }
        for (course, (id, _)) in courses::COURSES.iter().zip(&made) {
            let Some(later) = course.later else { continue };
            let lesson = self.lesson(&sam, *id, later, true)?;
            self.date_back(12.0)?;
            self.take(courses::UP_TO_DATE, "northwind", *id, &[lesson])?;
            self.date_back(3.0)?;
        }
        Ok(())
    }

    /// A course with its first lessons, given to its programs.
    fn course(&mut self, by: &Staff, course: &courses::CourseOf) -> Result<(CourseId, Vec<LessonId>)> {
        let text = CourseText { name: course.name.to_owned(), description: course.description.to_owned() };
        let id = match Course::add(self.conn, &by.actor(None), by, &text)? {
            training::Written::Saved(course) => course.id,
            other @ training::Written::NameTaken => return Err(unexpected(&other)),
        };
        let lessons = course.lessons.iter().map(|lesson| self.lesson(by, id, *lesson, true)).collect::<Result<_>>()?;
        if let Some(draft) = course.draft {
            self.lesson(by, id, draft, false)?;
        }
        let mut gifts = Vec::new();
        for (program, required) in course.programs {
            gifts.push(Gift { program: self.find_program(by, program)?.id, required: *required });
        }
        Course::give(self.conn, &by.actor(None), by, id, &gifts)?;
        Ok((id, lessons))
    }

    fn lesson(&mut self, by: &Staff, course: CourseId, (title, body): (&str, &str), published: bool) -> Result<LessonId> {
        let text = LessonText { title: title.to_owned(), body: body.to_owned() };
        let lesson = Lesson::add(self.conn, &by.actor(None), by, course, &text)?;
        if published {
            Lesson::publish(self.conn, &by.actor(None), by, course, lesson.id)?;
        }
        Ok(lesson.id)
    }

    /// A member does these lessons.
    fn take(&mut self, email: &str, team: &str, course: CourseId, lessons: &[LessonId]) -> Result<()> {
        let user = self.user(email)?;
        let member = Membership::of(self.conn, user.id, team)?;
        for lesson in lessons {
            taking::complete(self.conn, &member.actor(None), &member, course, *lesson)?;
        }
        Ok(())
    }

    /// Invitations in every state.
    fn open_matters(&mut self) -> Result<()> {
        let sam = self.staff("sam@acme.example", "acme")?;
        let max = self.staff("max@acme.example", "acme")?;
        let resellers = self.find_program(&sam, "Acme Resellers")?.id;
        let plus = self.find_program(&sam, "Acme Resellers Plus")?.id;

        // Northwind: one person approved and on the way, one whose mail was refused, one rejected, one waiting.
        self.ask_for(&sam, "northwind", &[("Jo Ferrand", "jo.ferrand@northwind.example", MemberRole::Finance)])?;
        self.approve("olivia@northwind.example", "jo.ferrand@northwind.example")?;
        self.date_back(2.0)?;
        self.ask_for(&max, "northwind", &[("Priya Nair", "priya@northwind.example", MemberRole::Member)])?;
        self.reject("olivia@northwind.example", "priya@northwind.example", "Priya left us in October.")?;
        self.date_back(30.0)?;
        self.ask_for(&sam, "northwind", &[("Rosa Lindqvist", "rosa@northwind.example", MemberRole::Member)])?;
        self.date_back(4.0)?;
        self.ask_for(
            &max,
            "tidewater-commerce",
            &[("Kitchener Boone", "kit@tidewater.example", MemberRole::Admin), ("Tama Ruru", "tama@tidewater.example", MemberRole::Member)],
        )?;
        self.date_back(3.0)?;
        let revoked = self.ask_for(&sam, "oakline-systems-integrators", &[("Yusuf Demir", "yusuf@oakline.example", MemberRole::Member)])?;
        revoking::revoke(self.conn, &sam.actor(None), &sam, revoked)?;
        self.date_back(18.0)?;

        // Programs: two teams to be, one of them declined, one expired, and two invitations that reached people who may not accept them.
        self.invite(
            &sam,
            resellers,
            "Larkspur Agency",
            &[
                ("Ines Okafor", "ines@larkspur.example", MemberRole::Admin),
                ("Teo Marsh", "teo@brightwater.example", MemberRole::Admin),
                ("Hana Sato", "hana@larkspur.example", MemberRole::Member),
            ],
            "Great to meet you in Lisbon, Ines. This gives you and your colleagues your own links and the course we spoke about.",
        )?;
        self.date_back(0.2)?;
        self.invite(&max, resellers, "Harbour & Finch", &[("Leila Farahani", "leila@harbourfinch.example", MemberRole::Admin)], "")?;
        self.date_back(2.5)?;
        let declined =
            self.invite(&max, resellers, "Cobalt North", &[("Ansel Brandt", "ansel@cobaltnorth.example", MemberRole::Admin)], "")?;
        let declined = Invitation::lock(self.conn, declined)?;
        declining::decline(self.conn, self.mailer, None, &declined, None, "We resell a competitor this year.")?;
        self.date_back(14.0)?;
        self.invite(&max, resellers, "Sable & Stone", &[("Chidi Eze", "chidi@sablestone.example", MemberRole::Admin)], "")?;
        self.date_back(12.0)?;
        self.invite(
            &sam,
            plus,
            "Northwind",
            &[("Mia Chen", "mia@northwind.example", MemberRole::Admin)],
            "You asked about Plus at the workshop, Mia.",
        )?;
        self.date_back(1.0)?;
        let put = self.invite(&max, plus, "Northwind", &[("Frank Osei", "frank@northwind.example", MemberRole::Admin)], "")?;
        let (frank, northwind) = (self.user("frank@northwind.example")?, Team::by_slug(self.conn, "northwind")?);
        putting::put_before_team(self.conn, self.mailer, None, put, &frank, northwind.id)?;
        self.date_back(1.5)
    }

    /// When people were last seen: owners as their team says, the others at their own pace.
    fn activity(&mut self) -> Result<()> {
        for team in people::TEAMS.iter().chain(people::GLOBEX_TEAMS) {
            for ((name, _), nth) in team.people.iter().zip(0i64..) {
                let hours = team.seen + nth * (7 + nth * 19);
                let address = people::address(name, team.domain);
                sql_query("UPDATE members SET last_active_at = greatest(joined_at, now() - $1 * interval '1 hour') WHERE user_id = (SELECT id FROM users WHERE email = $2)")
                    .bind::<Double, _>(hours as f64)
                    .bind::<Text, _>(address)
                    .execute(self.conn)?;
            }
        }
        Ok(())
    }

    fn company(&mut self, name: &str, founder: (&str, &str), program: (&str, &str)) -> Result<Company> {
        let link = setup::open_link(self.conn, self.mailer, Some(name))?;
        let token = link.rsplit('/').next().unwrap_or_default();
        let new = NewCompany {
            name: name.to_owned(),
            founder: Founder::New { name: founder.0.to_owned(), email: address(founder.1)?, password_hash: self.password_hash.clone() },
            program: text(program.0, "Sell together with us and earn on every customer you bring.", program.1),
            terms: TERMS.to_owned(),
        };
        match setup::found(self.conn, &hash_of(token), &new, None)? {
            Founded::Company(company, _) => Ok(company),
            other => Err(unexpected(&other)),
        }
    }

    fn colleague(&mut self, company: &Company, name: &str, email: &str, role: StaffRole) -> Result<()> {
        let user = self.person(name, email)?;
        Staff::add(self.conn, company.id, user.id, role)?;
        Ok(())
    }

    fn program(&mut self, by: &Staff, name: &str, description: &str, destination: &str, open: bool) -> Result<()> {
        let text = ProgramText { open, ..text(name, description, destination) };
        match Program::create(self.conn, &by.actor(None), by.company.id, &text, TERMS)? {
            Written::Saved(_) => Ok(()),
            other @ (Written::NameTaken | Written::HostUnlisted(_)) => Err(unexpected(&other)),
        }
    }

    /// A company invites a team with its people; the owner accepts, and then each of them.
    fn team(&mut self, by: &Staff, program: &str, team: &TeamOf) -> Result<()> {
        let program = self.find_program(by, program)?;
        let people: Vec<(&str, String, MemberRole)> =
            team.people.iter().map(|(name, role)| (*name, people::address(name, team.domain), *role)).collect();
        let people: Vec<(&str, &str, MemberRole)> = people.iter().map(|(name, email, role)| (*name, email.as_str(), *role)).collect();
        let invited = self.invite(by, program.id, team.name, &people, "")?;
        let invitation = Invitation::lock(self.conn, invited)?;
        let kept =
            listed::waiting(self.conn, invited)?.iter().filter_map(|person| person.role.map(|role| Kept { id: person.id, role })).collect();
        let into = Into::NewTeam { name: team.name.to_owned(), people: kept };
        self.accept(&invitation, team.people[0].0, into)?;
        for (name, email, _) in &people[1..] {
            let sent =
                Invitation::query().filter(invitations::parent_id.eq(invited)).filter(invitations::email.eq(*email)).first(self.conn)?;
            self.accept(&sent, name, Into::TheTeam)?;
        }
        self.date_back(team.joined as f64)
    }

    /// A team that is in one program joins another.
    fn further_program(&mut self, by: &Staff, program: &str, team: &str, owner: &str, days: f64) -> Result<()> {
        let program = self.find_program(by, program)?;
        let owner = self.user(owner)?;
        let invited = self.invite(by, program.id, team, &[(owner.name.as_str(), owner.email.as_str(), MemberRole::Admin)], "")?;
        let invitation = Invitation::lock(self.conn, invited)?;
        let place = Membership::all_of(self.conn, owner.id)?.into_iter().find(|(place, _)| place.name == team);
        let (team, _) = place.ok_or(Error::NotFound)?;
        self.accept(&invitation, &owner.name, Into::Team(team.id))?;
        self.date_back(days)
    }

    fn invite(
        &mut self,
        by: &Staff,
        program: ProgramId,
        team: &str,
        people: &[(&str, &str, MemberRole)],
        message: &str,
    ) -> Result<InvitationId> {
        let mut people = people.iter().map(person_asked).collect::<Result<Vec<Person>>>()?;
        let owner = people.remove(0);
        let ask = NewTeam { program, name: team.to_owned(), owner, listed: people, subject: String::new(), message: message.to_owned() };
        match asking::invite_team(self.conn, self.mailer, &Limiter::off(), &by.actor(None), by, &ask)? {
            TeamInvited::Invited { id, .. } => Ok(id),
            other => Err(unexpected(&other)),
        }
    }

    fn ask_for(&mut self, by: &Staff, team: &str, people: &[(&str, &str, MemberRole)]) -> Result<InvitationId> {
        let last = people[people.len() - 1].1;
        let people = people.iter().map(person_asked).collect::<Result<Vec<Person>>>()?;
        let ask = NewMembers { team: team.to_owned(), people, message: String::new() };
        match asking::invite_members(self.conn, self.mailer, &Limiter::off(), &by.actor(None), by, &ask)? {
            MembersInvited::Waiting { .. } => Ok(self.waiting_for(last)?.id),
            other => Err(unexpected(&other)),
        }
    }

    fn approve(&mut self, owner: &str, person: &str) -> Result<()> {
        self.decide(owner, person, &Decision::Approve(None))
    }

    fn reject(&mut self, owner: &str, person: &str, reason: &str) -> Result<()> {
        self.decide(owner, person, &Decision::Reject(reason.to_owned()))
    }

    fn decide(&mut self, owner: &str, person: &str, decision: &Decision) -> Result<()> {
        let owner = self.user(owner)?;
        let member = Membership::of(self.conn, owner.id, "northwind")?;
        let waiting = self.waiting_for(person)?.id;
        approval::decide(self.conn, self.mailer, &member.actor(None), &member, waiting, decision).map(drop)
    }

    pub(super) fn accept(&mut self, invitation: &Invitation, name: &str, into: Into) -> Result<()> {
        let who = match User::by_email(self.conn, &invitation.email)? {
            Some(user) => Accepter::Known(user),
            None => Accepter::New { name: name.to_owned(), password_hash: self.password_hash.clone() },
        };
        let terms = invitation.program_id.map_or(Ok(None), |program| Terms::current(self.conn, program))?.map(|terms| terms.id);
        match accepting::accept(self.conn, self.mailer, None, invitation, &Acceptance { who, into, terms })? {
            Accepted::In { .. } => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    fn waiting_for(&mut self, email: &str) -> Result<Invitation> {
        Ok(Invitation::query().filter(invitations::email.eq(email)).filter(invitations::status.eq("waiting")).first(self.conn)?)
    }

    fn person(&mut self, name: &str, email: &str) -> Result<User> {
        User::verified_by_link(self.conn, &address(email)?, name, &self.password_hash)?.ok_or(Error::NotFound)
    }

    pub(super) fn user(&mut self, email: &str) -> Result<User> {
        User::by_email(self.conn, &address(email)?)?.ok_or(Error::NotFound)
    }

    pub(super) fn staff(&mut self, email: &str, company: &str) -> Result<Staff> {
        let user = self.user(email)?;
        Ok(Staff::of(self.conn, user.id, company)?)
    }

    pub(super) fn find_program(&mut self, by: &Staff, name: &str) -> Result<Program> {
        Program::all(self.conn, by.company.id)?.into_iter().find(|program| program.name == name).ok_or(Error::NotFound)
    }

    /// Moves everything that happened just now, and nothing else, so many days back: in this transaction `now()` stands still, and what was
    /// moved before does not carry it any more.
    pub(super) fn date_back(&mut self, days: f64) -> Result<()> {
        self.move_back(DATED, days)?;
        self.date_sales_back(days)
    }

    /// The same for sales and leads with what comes of them, where there are too many of them to look through all that there is.
    pub(super) fn date_sales_back(&mut self, days: f64) -> Result<()> {
        // What is taken back is available when what was earned is, whenever that happened.
        let ledger = "UPDATE ledger SET at = at - $1 * interval '1 day', \
            available_at = CASE kind WHEN 'reversed' THEN available_at ELSE available_at - $1 * interval '1 day' END WHERE at = now()";
        sql_query(ledger).bind::<Double, _>(days).execute(self.conn)?;
        self.move_back(DATED_SALES, days)
    }

    fn move_back(&mut self, tables: &[(&str, &[&str])], days: f64) -> Result<()> {
        for (table, columns) in tables {
            let moved: Vec<String> = columns.iter().map(|column| format!("{column} = {column} - $1 * interval '1 day'")).collect();
            let just_now = columns[0];
            sql_query(format!("UPDATE {table} SET {} WHERE {just_now} = now()", moved.join(", ")))
                .bind::<Double, _>(days)
                .execute(self.conn)?;
        }
        Ok(())
    }
}

/// Tables with the columns that move together; the first says when the row was made.
const DATED: &[(&str, &[&str])] = &[
    ("users", &["created_at", "email_verified_at"]),
    ("companies", &["created_at"]),
    ("staff", &["joined_at"]),
    ("setups", &["created_at", "expires_at"]),
    ("teams", &["created_at"]),
    ("members", &["joined_at", "last_active_at"]),
    ("programs", &["created_at", "links_made_at"]),
    ("link_hosts", &["added_at"]),
    ("destinations", &["created_at"]),
    ("links", &["created_at"]),
    ("link_texts", &["made_at"]),
    ("terms", &["published_at"]),
    ("partners", &["joined_at"]),
    ("enrollments", &["joined_at"]),
    ("courses", &["created_at"]),
    ("lessons", &["published_at"]),
    ("completions", &["at"]),
    ("course_completions", &["at"]),
    ("enrollments", &["left_at"]),
    ("acceptances", &["at"]),
    ("notes", &["at"]),
    ("members", &["left_at"]),
    ("ownership_offers", &["created_at", "expires_at"]),
    ("invitations", &["created_at", "sent_at", "expires_at", "put_at", "answered_at", "reminded_at"]),
    ("payout_details", &["changed_at"]),
    ("withdrawals", &["decided_at"]),
    ("withdrawal_exports", &["made_at"]),
    ("conversations", &["last_message_at"]),
    ("messages", &["sent_at"]),
    ("conversation_reads", &["read_at"]),
    ("conversation_reads", &["unread_at"]),
    ("api_keys", &["created_at"]),
    ("api_keys", &["revoked_at"]),
];

/// The same of sales and leads, with the mail and the lines about them.
const DATED_SALES: &[(&str, &[&str])] = &[
    ("clicks", &["at"]),
    ("customers", &["created_at", "clicked_at"]),
    ("conversions", &["at"]),
    ("refunds", &["at"]),
    ("referrals", &["created_at"]),
    ("referrals", &["decided_at"]),
    ("commissions", &["created_at", "available_at"]),
    ("outbox", &["created_at", "next_at"]),
    ("audit", &["at"]),
];

/// One mail that its server did not take: the person's address ends at a company that is no more.
fn refuse_one_mail(conn: &mut PgConnection) -> Result<()> {
    diesel::update(
        outbox::table
            .filter(outbox::recipient.eq("jo.ferrand@northwind.example"))
            .filter(outbox::link_purpose.eq(Purpose::Invitation.as_str())),
    )
    .set((outbox::status.eq("refused"), outbox::last_error.eq("550 5.1.1 No such person here")))
    .execute(conn)?;
    Ok(())
}

fn person_asked((name, email, role): &(&str, &str, MemberRole)) -> Result<Person> {
    Ok(Person { email: address(email)?, name: (*name).to_owned(), role: *role })
}

pub(super) fn address(email: &str) -> Result<EmailAddress> {
    EmailAddress::parse(email).ok_or_else(|| Error::Internal(format!("{email} is no address")))
}

fn text(name: &str, description: &str, destination: &str) -> ProgramText {
    ProgramText {
        name: name.to_owned(),
        description: description.to_owned(),
        destination: destination.to_owned(),
        currency: "USD".to_owned(),
        open: false,
    }
}

pub(super) fn unexpected(outcome: &impl std::fmt::Debug) -> Error {
    Error::Internal(format!("the demo's data came out otherwise: {outcome:?}"))
}
