//! What is typed in one form of a page is still there after another of its forms was sent, and nowhere afterwards.

use crate::{
    chromium::{Chromium, Screen},
    support::{
        Scene,
        personas::SAM,
        scene::{COURSE, id},
    },
    town::Town,
};
use thirtyfour::prelude::*;

const PARTNER: &str = "/companies/acme/partners/northwind";

async fn is_ticked(window: &Chromium, css: &str) -> bool {
    window.driver.find(By::Css(css)).await.expect("a box").is_selected().await.expect("a state")
}

#[actix_web::test]
async fn a_tag_is_added_and_the_half_written_note_stays() {
    let town = Town::start().await;
    let sam = town.window_of(Screen::Desk, SAM).await;
    sam.go(PARTNER).await;
    sam.fill_field("note", "They prefer\nto be called.").await;
    sam.pick("assigned_to", "Max Adler").await;
    sam.fill_field("tag", "Agency").await;
    sam.press("Add").await;
    sam.sees("Tagged Agency.").await;
    assert_eq!(sam.value_of("note").await, "They prefer\nto be called.");
    assert_eq!(sam.value_of("tag").await, "", "what was sent is not kept");
    // The tag is taken off, and a refused one is typed: the rest stays all the same.
    sam.press("Take off the tag Agency").await;
    sam.sees("Agency is off.").await;
    sam.fill_field("tag", "see www.evil.example").await;
    sam.press("Add").await;
    sam.sees("The tag must not contain a web address").await;
    assert_eq!(sam.value_of("note").await, "They prefer\nto be called.");
    sam.press("Assign").await;
    sam.sees("Assigned to Max Adler.").await;
    sam.press("Keep the note").await;
    sam.sees("The note is kept.").await;
    sam.sees("They prefer").await;
    town.worker.ask_to_stop();
}

#[actix_web::test]
async fn a_lesson_is_published_and_the_new_name_of_its_course_stays() {
    let town = Town::start().await;
    Scene::set(&town.app);
    let sam = town.window_of(Screen::Desk, SAM).await;
    sam.go(&format!("/companies/acme/courses/{}", id(COURSE))).await;
    sam.fill_field("name", "Grand tour").await;
    sam.tick("Required in Acme Resellers").await;
    sam.press("Publish Lesson 3 of Product tour").await;
    sam.sees("is published.").await;
    assert_eq!(sam.value_of("name").await, "Grand tour");
    assert!(is_ticked(&sam, "[name=required]:checked").await);
    sam.press("Save the course").await;
    sam.sees("Grand tour is saved.").await;
    assert!(is_ticked(&sam, "[name=required]:checked").await);
    sam.press("Save the programs").await;
    sam.sees("Grand tour is given to 1 program.").await;
    assert_eq!(town.app.text("SELECT bool_or(required) FROM program_courses"), "true");
    // What is given up is not there later.
    sam.fill_field("name", "Small tour").await;
    sam.go(PARTNER).await;
    sam.go(&format!("/companies/acme/courses/{}", id(COURSE))).await;
    assert_eq!(sam.value_of("name").await, "Grand tour");
    town.worker.ask_to_stop();
}
