//! A course, written and taken: the company writes two lessons and gives them to a program, a member does one and comes back for the other,
//! and the company sees how far she is.

use crate::{
    chromium::{Chromium, Screen},
    support::{TestApp, personas::PASSWORD},
};

async fn signed_in(screen: Screen, app: &TestApp, email: &str, place: &str) -> Chromium {
    let window = Chromium::open(screen, &app.base_url).await;
    window.go("/sign-in").await;
    window.fill("Email address", email).await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.arrives(place).await;
    window
}

async fn write(company: &Chromium, title: &str, text: &str) {
    company.press("Write a lesson").await;
    company.arrives("/lessons/new").await;
    company.fill("Title", title).await;
    company.fill("Lesson", text).await;
    company.fits().await;
    company.press("Preview").await;
    company.sees("Not saved yet").await;
    company.fits().await;
    company.press("Save as a draft").await;
    company.sees(&format!("{title} is saved as a draft.")).await;
}

async fn play(screen: Screen) {
    let app = TestApp::start().await;

    // The company writes a course of two lessons, publishes them, and gives it to a program.
    let company = signed_in(screen, &app, "max@acme.example", "/companies/acme/partners").await;
    company.go("/companies/acme/courses").await;
    company.sees("No courses yet").await;
    company.fits().await;
    company.press("Make a course").await;
    company.arrives("/courses/new").await;
    company.fits().await;
    company.fill("Name", "Product tour").await;
    company.press("Make the course").await;
    company.sees("Product tour is made.").await;
    write(&company, "Second look", "## Then\n\n- show **one** story").await;
    write(&company, "First look", "Begin with *what hurts*.").await;
    company.press("Move First look up").await;
    company.arrives("#lesson-").await;
    for title in ["First look", "Second look"] {
        company.press(&format!("Publish {title}")).await;
        company.sees(&format!("{title} is published.")).await;
    }
    company.tick("Given to Acme Resellers").await;
    company.press("Save the programs").await;
    company.sees("Product tour is given to 1 program.").await;
    company.fits().await;

    // A member takes the first lesson, and leaves.
    let mia = signed_in(screen, &app, "mia@northwind.example", "/teams/northwind").await;
    mia.go("/teams/northwind/training").await;
    mia.sees("Not started").await;
    mia.fits().await;
    mia.press("Start: Product tour").await;
    mia.sees("Lesson 1 of 2").await;
    mia.sees("Begin with what hurts.").await;
    mia.fits().await;
    mia.press("Mark as done").await;
    mia.sees("Lesson 2 of 2").await;
    mia.sees("Marked as done.").await;
    drop(mia);

    // Later she goes on where she was.
    let mia = signed_in(screen, &app, "mia@northwind.example", "/teams/northwind").await;
    mia.go("/teams/northwind/training").await;
    mia.sees("1 of 2 lessons").await;
    mia.press("Resume: Product tour").await;
    mia.sees("Lesson 2 of 2").await;
    mia.sees("show one story").await;
    mia.fits().await;

    // The company sees how far she is.
    company.go("/companies/acme/partners/northwind").await;
    company.sees("0 of 4 finished").await;
    company.press("Mia Chen").await;
    company.arrives("/members/").await;
    company.sees("1 of 2 lessons").await;
    company.sees("Last: First look").await;
    company.fits().await;
}

#[actix_web::test]
async fn a_course_is_written_and_taken_at_a_desk() {
    play(Screen::Desk).await;
}

#[actix_web::test]
async fn a_course_is_written_and_taken_on_a_phone() {
    play(Screen::Phone).await;
}

#[actix_web::test]
async fn a_course_is_written_and_taken_without_script() {
    play(Screen::WithoutScript).await;
}
