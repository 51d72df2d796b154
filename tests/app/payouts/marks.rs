//! Marking withdrawals by a file (S57).

use super::*;
use reqwest::Method;

const MARKS: &str = "/companies/acme/withdrawals/marks";

/// Chooses a file as a browser sends it.
async fn choose(browser: &Browser, file: &[u8]) -> Page {
    let part = |name: &str, more: &str| format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").into_bytes();
    let body = [
        part("file", "; filename=\"acme withdrawals.csv\"\r\nContent-Type: text/csv"),
        file.to_vec(),
        b"\r\n".to_vec(),
        part("rows", ""),
        b"\r\n".to_vec(),
        part("answer", ""),
        b"preview\r\n--line--\r\n".to_vec(),
    ]
    .concat();
    let request = browser
        .request(Method::POST, MARKS)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=line")
        .body(body);
    browser.send(request).await
}

/// Northwind has asked for $10, $20 and $30; their ids.
async fn three(app: &TestApp) -> [String; 3] {
    let mut ids = Vec::new();
    for amount in ["10.00", "20.00", "30.00"] {
        ids.push(withdraw(app, amount).await.rsplit('/').next().unwrap().to_owned());
    }
    ids.try_into().unwrap()
}

#[actix_web::test]
async fn a_file_is_shown_first_and_marks_once_it_is_confirmed() {
    let app = with_money(50_000).await;
    let [ten, twenty, thirty] = three(&app).await;
    let sam = app.signed_in(SAM);
    let page = sam.get(&format!("{MARKS}/new")).await;
    page.is(200).shows("Mark by a file");
    let before = app.dump();
    let page = choose(
        &sam,
        format!("id,status,reason\r\n{ten},paid,\r\n{twenty},failed,\"Account closed, \"\"for good\"\"\"\r\n{thirty},,\r\n").as_bytes(),
    )
    .await;
    page.is(200).shows("What the file does").shows("1 withdrawal paid").shows("$10.00").shows("Account closed, \"for good\"");
    page.shows("Rows without a status, left as they are");
    assert_eq!(app.dump(), before, "looking changes nothing");
    let form = page.form("/marks").set("answer", "mark");
    let marked = sam.submit(&form).await;
    marked.leads_to(PAYING);
    sam.follow(marked).await.shows("2 withdrawals marked.");
    assert_eq!(
        app.text("SELECT string_agg(status || reason, ', ' ORDER BY amount) FROM withdrawals"),
        "paid, failedAccount closed, \"for good\", requested"
    );
    assert_eq!(app.mails_to(FRANK).len(), 2);
    is_whole(&app);
    // The same file again does nothing, and says so.
    sam.follow(sam.submit(&form).await).await.shows("Nothing was marked.").shows("2 were so already.");
    assert_eq!(app.mails_to(FRANK).len(), 2);
}

#[actix_web::test]
async fn the_file_that_was_exported_is_read_again() {
    let app = with_money(50_000).await;
    three(&app).await;
    let sam = app.signed_in(SAM);
    let to = super::export::made(&sam).await;
    let file = sam.get(&to).await.body;
    let filled: String = file
        .lines()
        .enumerate()
        .map(|(nth, line)| if nth == 0 { format!("{line}\n") } else { line.replace("\"\",\"\"", "\"paid\",\"\"") + "\n" })
        .collect();
    let page = choose(&sam, filled.as_bytes()).await;
    page.is(200).shows("3 withdrawals paid").shows("$60.00");
    sam.submit(&page.form("/marks").set("answer", "mark")).await.leads_to(PAYING);
    assert_eq!(app.number("SELECT count(*) FROM withdrawals WHERE status = 'paid'"), 3);
    is_whole(&app);
}

#[actix_web::test]
async fn a_bad_row_is_named_with_its_line_and_then_nothing_can_be_confirmed() {
    let app = with_money(50_000).await;
    let [ten, twenty, thirty] = three(&app).await;
    let sam = app.signed_in(SAM);
    sam.post(&format!("{PAYING}/{thirty}/payment"), &[]).await.is(303);
    app.sql(&format!("UPDATE withdrawals SET held_until = now() + interval '1 day' WHERE id = '{twenty}'"));
    let before = app.dump();
    let never = "0190ffff-0000-7000-8000-00000000ffff";
    for (row, says) in [
        ("nonsense,paid,".to_owned(), "Line 3: “nonsense” is no id of a withdrawal".to_owned()),
        (format!("{never},paid,"), format!("Line 3: The company has no withdrawal {never}")),
        (format!("{ten},paid,"), format!("Line 3: {ten} stands above already")),
        (format!("{twenty},perhaps,"), "Line 3: “perhaps” is no status: write paid or failed".to_owned()),
        (format!("{twenty},failed,"), "Line 3: Say in the column reason why it failed".to_owned()),
        (format!("{twenty},paid,"), "Line 3: It is held: the team’s payout details were changed shortly before".to_owned()),
        (format!("{thirty},failed,Sorry"), "Line 3: It is marked as paid already".to_owned()),
    ] {
        let page = choose(&sam, format!("id,status,reason\n{ten},paid,\n{row}\n").as_bytes()).await;
        refuses(&page, "file", &says);
        assert!(page.text_of("button[value=mark]").is_empty());
        let forced = sam.submit(&page.form("/marks").set("answer", "mark")).await;
        forced.is(422);
    }
    let page = choose(&sam, format!("{ten},paid,\nx,paid,\n\ny,paid,\n").as_bytes()).await;
    refuses(&page, "file", "Correct 2 lines of the file");
    let lines = page.text_of("table tbody tr");
    assert_eq!(lines, ["2 “x” is no id of a withdrawal", "4 “y” is no id of a withdrawal"]);
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn what_is_no_such_file_is_refused_and_so_is_too_much() {
    let app = with_money(50_000).await;
    let sam = app.signed_in(SAM);
    let wide: Vec<u8> = "id,status\nx,paid\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (file, says) in [
        (Vec::new(), "Choose the file"),
        (b"id,status,reason\n".to_vec(), "No row has a status: write paid or failed into the column status"),
        (wide, "Save the file as CSV in UTF-8, and choose it again"),
        (vec![0xff, 0xfe, 0xfd], "Save the file as CSV in UTF-8, and choose it again"),
        (
            (0..501).map(|n| format!("0190aaaa-0000-7000-8000-{n:012},paid\n")).collect::<String>().into_bytes(),
            "At most 500 rows at once: split the file",
        ),
    ] {
        refuses(&choose(&sam, &file).await, "file", says);
    }
    choose(&sam, &vec![b'a'; 1024 * 1024 + 1]).await.is(413).shows("This is too large");
    let request = sam.request(Method::POST, MARKS).header("sec-fetch-site", "same-origin");
    for (kind, body) in [("multipart/form-data", "x"), ("multipart/form-data; boundary=line", "--line\r\n\r\nx"), ("text/csv", "a,b")] {
        let page = sam.send(request.try_clone().unwrap().header("content-type", kind).body(body)).await;
        page.is(422);
    }
}

#[actix_web::test]
async fn ones_own_is_not_marked_by_a_file_either() {
    let app = with_money(50_000).await;
    let [ten, ..] = three(&app).await;
    frank_at_acme(&app);
    let frank = app.signed_in(FRANK);
    let page = choose(&frank, format!("{ten},paid,\n").as_bytes()).await;
    refuses(&page, "file", "Line 1: You asked for it yourself: another administrator marks it");
    frank.post(MARKS, &[("rows", &format!("{ten},paid,")), ("answer", "mark")]).await.is(422);
    assert_eq!(app.number("SELECT count(*) FROM withdrawals WHERE status = 'requested'"), 3);
}

/// A file cannot be kept in a page, to be sent again after the proof.
#[actix_web::test]
async fn a_file_that_comes_too_late_is_chosen_again_after_the_proof() {
    let app = with_money(50_000).await;
    let [ten, ..] = three(&app).await;
    let sam = app.signed_in(SAM);
    age(&app);
    let before = app.dump();
    // Longer than other forms may be.
    let file = format!("id,status,reason\n{ten},paid,\n{}", ",,\n".repeat(30_000));
    let late = choose(&sam, file.as_bytes()).await;
    let asks = late.is(307).location().unwrap();
    let again = sam
        .request(Method::POST, &asks)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=line")
        .body(format!("--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{file}\r\n--line--\r\n"));
    let page = sam.send(again).await;
    page.is(200).shows("Confirm that it is you").shows("choose the file again: it was not kept");
    let asked = page.form("/account/confirmation");
    assert_eq!((asked.value("proof_next"), asked.value("proof_to")), (Some(MARKS), None));
    assert!(!page.body.contains(&ten));
    assert_eq!(app.dump(), before);
    let proved = sam.submit(&page.form("/account/confirmation").set("password", PASSWORD)).await;
    proved.leads_to(MARKS);
    sam.follow(proved).await.is(200).shows("Mark by a file");
    choose(&sam, format!("{ten},paid,\n").as_bytes()).await.is(200).shows("What the file does");
}

#[actix_web::test]
async fn many_rows_that_are_confirmed_too_late_go_on_after_the_proof() {
    let app = with_money(50_000).await;
    let [ten, ..] = three(&app).await;
    let sam = app.signed_in(SAM);
    let page = choose(&sam, format!("{ten},failed,No such account\n").as_bytes()).await;
    let rows = format!("{}{}", page.form("/marks").value("rows").unwrap(), ",,\n".repeat(30_000));
    let form = page.form("/marks").set("rows", &rows).set("answer", "mark");
    age(&app);
    let asks = sam.submit(&form).await.is(307).location().unwrap();
    let page = sam.post(&asks, &[("rows", &rows), ("answer", "mark")]).await;
    let proved = sam.submit(&page.is(200).form("/account/confirmation").set("password", PASSWORD)).await;
    assert_eq!(proved.is(307).location().as_deref(), Some(MARKS));
}
