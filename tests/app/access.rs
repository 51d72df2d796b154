//! Who gets which answer where (S24): every route × everybody, in one table.

use crate::support::{
    Browser, Page, Scene, TestApp,
    catalogue::{DEEDS, changes, pages},
    personas::*,
};
use guildhall::{
    access::Access,
    app::Mode,
    companies::StaffRole,
    routes,
    teams::{MemberRole, TeamRole, permissions::Switches},
};
use reqwest::Method;
use std::collections::BTreeSet;

/// Each route with the answer that everybody gets. A change is sent without any field, on the scene of `support/scene.rs`.
///
/// - a number: that status
/// - `in`: 303 to the sign-in page
/// - `go`: 303 to another page of ours
/// - `403~`, `404~`: not by the lock: it opens, and the thing is somebody else's
const TABLE: &str = "
                                                              |     |      Acme               | Globex |         Northwind               |        | Brightwater
                                                              | out | sam  max   vera  hugo* |  gus   | olivia  adam  mia   frank       | fiona* | tomas
GET  /                                                        | in  | go   go    go    200   |  go    | go      go    go    go          | 200    | go
GET  /healthz                                                 | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
GET  /readyz                                                  | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
GET  /go/{text}                                               | 302 | 302  302   302   302   |  302   | 302     302   302   302         | 302    | 302
GET  /sign-in                                                 | 200 | go   go    go    go    |  go    | go      go    go    go          | go     | go
POST /sign-in                                                 | 422 | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
GET  /sign-in/code                                            | in  | in   in    in    in    |  in    | in      in    in    in          | in     | in
POST /sign-in/code                                            | in  | in   in    in    in    |  in    | in      in    in    in          | in     | in
POST /sign-out                                                | in  | in   in    in    in    |  in    | in      in    in    in          | in     | in
GET  /account                                                 | in  | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
POST /account/profile                                         | in  | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
POST /account/password                                        | in  | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
POST /account/email                                           | in  | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
POST /account/email/cancellation                              | in  | go   go    go    go    |  go    | go      go    go    go          | go     | go
GET  /account/two-step                                        | in  | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
POST /account/two-step                                        | in  | 422  go    go    go    |  go    | go      go    go    go          | go     | go
GET  /account/two-step/setup                                  | in  | 200  go    go    go    |  go    | go      go    go    go          | go     | go
POST /account/two-step/setup                                  | in  | go   go    go    go    |  go    | go      go    go    go          | go     | go
GET  /account/two-step/recovery-codes                         | in  | go   go    go    go    |  go    | 200     go    go    go          | go     | go
POST /account/two-step/recovery-codes                         | in  | go   go    go    go    |  go    | go      go    go    go          | go     | go
GET  /account/two-step/ending                                 | in  | go   go    go    go    |  go    | 200     go    go    go          | go     | go
POST /account/two-step/ending                                 | in  | go   go    go    go    |  go    | go      go    go    go          | go     | go
POST /account/sessions/{session}/ending                       | in  | 404  404   404   404   |  404   | go      404   404   404         | 404    | 404
POST /account/other-sessions/ending                           | in  | go   go    go    go    |  go    | go      go    go    go          | go     | go
GET  /email-change/{token}                                    | in  | 403  403   403   403   |  403   | 200     403   403   403         | 403    | 403
POST /email-change/{token}                                    | in  | 403  403   403   403   |  403   | go      403   403   403         | 403    | 403
GET  /email-undo/{token}                                      | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
POST /email-undo/{token}                                      | go  | go   go    go    go    |  go    | go      go    go    go          | go     | go
GET  /account/confirmation                                    | in  | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
POST /account/confirmation                                    | in  | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
GET  /password-reset                                          | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
POST /password-reset                                          | 422 | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
GET  /password-reset/{token}                                  | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
POST /password-reset/{token}                                  | 422 | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
GET  /setup/{token}                                           | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
POST /setup/{token}                                           | 422 | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
GET  /companies/{company}                                     | in  | go   go    go    404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners                            | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}                  | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}/members/{member} | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/partners/{partner}/assignment       | in  | go   go    403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/partners/{partner}/tags             | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/partners/{partner}/tags/{tag}/removal| in  | go   go    403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}/notes            | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/partners/{partner}/notes            | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/staff                               | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/staff/two-step                      | in  | 422  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/staff/invitations/new               | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/staff/invitations                   | in  | 422  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/staff/invitations/{invitation}/resending| in  | go   403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/staff/invitations/{invitation}/revocation| in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/staff/invitations/{invitation}/revocation| in  | go   403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/staff/{staff}/role                  | in  | 422  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/staff/{staff}/removal               | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/staff/{staff}/removal               | in  | go   403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs                            | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/programs                            | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/new                        | in  | 200  200   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/{program}                  | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/programs/{program}                  | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/{program}/terms            | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/programs/{program}/terms            | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/{program}/terms/new        | in  | 200  200   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/{program}/terms/{terms}    | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/{program}/acceptances      | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /invitations/{token}                                     | 200 | 403  403   403   403   |  403   | 403     403   403   403         | 403    | 403
POST /invitations/{token}/acceptance                          | 422 | 403  403   403   403   |  403   | 403     403   403   403         | 403    | 403
POST /invitations/{token}/declination                         | go  | 403  403   403   403   |  403   | 403     403   403   403         | 403    | 403
POST /invitations/{token}/request                             | 200 | 403  403   403   403   |  403   | 403     403   403   422         | 403    | 403
POST /invitations/{token}/renewal                             | go  | go   go    go    go    |  go    | go      go    go    go          | go     | go
GET  /teams/{team}/approvals/{invitation}/acceptance          | in  | 403  403   403   404   |  404   | 200     200   403   403         | 404    | 404
POST /teams/{team}/approvals/{invitation}/acceptance          | in  | 403  403   403   404   |  404   | 422     422   403   403         | 404    | 404
GET  /teams/{team}/approvals/{invitation}/declination         | in  | 403  403   403   404   |  404   | 200     200   403   403         | 404    | 404
POST /teams/{team}/approvals/{invitation}/declination         | in  | 403  403   403   404   |  404   | go      go    403   403         | 404    | 404
GET  /companies/{company}/messages                            | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}/messages         | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/partners/{partner}/messages         | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}/members/{member}/messages | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/partners/{partner}/members/{member}/messages | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /teams/{team}/messages                                   | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/messages/{conversation}                    | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/messages/{conversation}                    | in  | 403  403   403   404   |  404   | 422     422   422   422         | 404    | 404
GET  /mailbox                                                 | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
GET  /mailbox/{mail}                                          | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
GET  /mailbox/{mail}/html                                     | 200 | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
GET  /companies/{company}/invitations                         | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/invitations/new-team                | in  | 200  200   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/invitations/new-team                | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/invitations/new-members             | in  | 200  200   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/invitations/new-members             | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/invitations/{invitation}            | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/invitations/{invitation}/revocation | in  | 200  200   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/invitations/{invitation}/revocation | in  | go   go    403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/invitations/{invitation}/resending  | in  | go   go    403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/invitations/{invitation}/reminder   | in  | go   go    403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/invitations/{invitation}/role       | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /teams/{team}                                            | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/members                                    | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/new                                               | in  | 200  200   200   200   |  200   | 200     200   200   200         | 200    | 200
POST /teams/new                                               | in  | 422  422   422   422   |  422   | 422     422   422   422         | 422    | 422
GET  /teams/{team}/members/new                                | in  | 403  403   403   404   |  404   | 200     200   403   403         | 404    | 404
POST /teams/{team}/members/new                                | in  | 403  403   403   404   |  404   | 422     422   403   403         | 404    | 404
POST /teams/{team}/invitations/{invitation}/resending         | in  | 403  403   403   404   |  404   | go      go    403   403         | 404    | 404
POST /teams/{team}/invitations/{invitation}/revocation        | in  | 403  403   403   404   |  404   | go      go    403   403         | 404    | 404
GET  /teams/{team}/ownership                                  | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/ownership/offers                           | in  | 403  403   403   404   |  404   | go      403   403   403         | 404    | 404
POST /teams/{team}/ownership/offers/{offer}/cancellation      | in  | 403  403   403   404   |  404   | go      403   403   403         | 404    | 404
POST /teams/{team}/ownership/offers/{offer}/acceptance        | in  | 403  403   403   404   |  404   | 403~    go    403~  403~        | 404    | 404
POST /teams/{team}/ownership/offers/{offer}/declination       | in  | 403  403   403   404   |  404   | 403~    go    403~  403~        | 404    | 404
GET  /teams/{team}/settings                                   | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/settings                                   | in  | 403  403   403   404   |  404   | 422     422   403   403         | 404    | 404
POST /teams/{team}/two-step                                   | in  | 403  403   403   404   |  404   | 422     422   403   403         | 404    | 404
GET  /teams/{team}/closing                                    | in  | 403  403   403   404   |  404   | 200     403   403   403         | 404    | 404
POST /teams/{team}/closing                                    | in  | 403  403   403   404   |  404   | 422     403   403   403         | 404    | 404
GET  /teams/{team}/members/{member}                           | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/members/{member}/role                      | in  | 403  403   403   404   |  404   | 422     422   403   403         | 404    | 404
GET  /teams/{team}/members/{member}/removal                   | in  | 403  403   403   404   |  404   | 200     200   403   403         | 404    | 404
POST /teams/{team}/members/{member}/removal                   | in  | 403  403   403   404   |  404   | go      go    403   403         | 404    | 404
GET  /teams/{team}/departure                                  | in  | 403  403   403   404   |  404   | 403     200   200   200         | 404    | 404
POST /teams/{team}/departure                                  | in  | 403  403   403   404   |  404   | 403     go    go    go          | 404    | 404
GET  /teams/{team}/permissions                                | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/permissions                                | in  | 403  403   403   404   |  404   | go      go    403   403         | 404    | 404
GET  /companies/{company}/audit                               | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/audit/export                        | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /teams/{team}/history                                    | in  | 403  403   403   404   |  404   | 200     200   403   403         | 404    | 404
GET  /teams/{team}/programs                                   | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/programs/{program}                         | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/programs/{program}/enrollment              | in  | 403  403   403   404   |  404   | 422     422   403   403         | 404    | 404
POST /teams/{team}/programs/{program}/acceptance              | in  | 403  403   403   404   |  404   | 422     422   403   403         | 404    | 404
GET  /teams/{team}/programs/{program}/departure               | in  | 403  403   403   404   |  404   | 200     200   403   403         | 404    | 404
POST /teams/{team}/programs/{program}/departure               | in  | 403  403   403   404   |  404   | go      go    403   403         | 404    | 404
GET  /teams/{team}/programs/{program}/terms/{terms}           | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/approvals                                  | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/approvals/answers                          | in  | 403  403   403   404   |  404   | 422     422   403   403         | 404    | 404
POST /teams/{team}/approvals/{invitation}/approval            | in  | 403  403   403   404   |  404   | 422     403   403   403         | 404    | 404
GET  /teams/{team}/approvals/{invitation}/rejection           | in  | 403  403   403   404   |  404   | 200     403   403   403         | 404    | 404
POST /teams/{team}/approvals/{invitation}/rejection           | in  | 403  403   403   404   |  404   | go      403   403   403         | 404    | 404
GET  /companies/{company}/settings                            | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/settings/hosts                      | in  | 422  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/settings/hosts/{host}/removal       | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/settings/hosts/{host}/removal       | in  | go   403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/{program}/links            | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/programs/{program}/links            | in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/programs/{program}/links/text       | in  | go   go    403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/{program}/links/{destination}| in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/programs/{program}/links/{destination}| in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/programs/{program}/links/{destination}/retirement| in  | go   go    403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/partners/{partner}/members/{member}/links| in  | 422  422   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}/members/{member}/links/new| in  | 200  200   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}/members/{member}/links/availability| in  | 200  200   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}/members/{member}/links/{link}/code| in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/partners/{partner}/members/{member}/links/{link}/code.svg| in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /teams/{team}/links                                      | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/links                                      | in  | 403  403   403   404   |  404   | 422     422   422   422         | 404    | 404
GET  /teams/{team}/links/availability                         | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/links/{link}/code                          | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/links/{link}/code.svg                      | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/links/{link}/text                          | in  | 403  403   403   404   |  404   | 200     404~  404~  404~        | 404    | 404
POST /teams/{team}/links/{link}/text                          | in  | 403  403   403   404   |  404   | 422     404~  404~  404~        | 404    | 404
GET  /companies/{company}/courses                                                     | in  | 200  200  200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses                                                     | in  | 422  422  403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/courses/new                                                 | in  | 200  200  403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/courses/{course}                                            | in  | 200  200  200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses/{course}                                            | in  | 422  422  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses/{course}/programs                                   | in  | go  go  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses/{course}/lessons                                    | in  | 422  422  403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/courses/{course}/lessons/new                                | in  | 200  200  403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/courses/{course}/lessons/{lesson}                           | in  | 200  200  200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses/{course}/lessons/{lesson}                           | in  | 422  422  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses/{course}/lessons/{lesson}/publication               | in  | go  go  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses/{course}/lessons/{lesson}/retraction                | in  | go  go  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses/{course}/lessons/{lesson}/ascent                    | in  | go  go  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/courses/{course}/lessons/{lesson}/descent                   | in  | go  go  403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/programs/{program}/commission                               | in  | 200  200  200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/programs/{program}/commission                               | in  | 422  422  403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/referrals                                                   | in  | 200  200  200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/referrals/{referral}                                        | in  | 200  200  200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/referrals/{referral}/approval                               | in  | 422  422  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/referrals/{referral}/declination                            | in  | 422  422  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/referrals/{referral}/win                                    | in  | 422  422  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/referrals/{referral}/reversal                               | in  | go   go   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/settings/keys                                               | in  | 200  403  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/settings/keys                                               | in  | 422  403  403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/settings/keys/{key}/revocation                              | in  | 200  403  403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/settings/keys/{key}/revocation                              | in  | go   403  403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /teams/{team}/referrals                                                          | in  | 403  403  403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/referrals/new                                                      | in  | 403  403  403   404   |  404   | 200     200   200   403         | 404    | 404
POST /teams/{team}/referrals/new                                                      | in  | 403  403  403   404   |  404   | 422     422   422   403         | 404    | 404
POST /api/conversions                                                                 | 401 | 401  401  401   401   |  401   | 401     401   401   401         | 401    | 401
POST /api/refunds                                                                     | 401 | 401  401  401   401   |  401   | 401     401   401   401         | 401    | 401
GET  /teams/{team}/training                                                           | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/training/{course}                                                  | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
GET  /teams/{team}/training/{course}/{lesson}                                         | in  | 403  403   403   404   |  404   | 200     200   200   200         | 404    | 404
POST /teams/{team}/training/{course}/{lesson}/completion                              | in  | 403  403   403   404   |  404   | go     go   go   go         | 404    | 404
POST /teams/{team}/training/{course}/{lesson}/reversal                                | in  | 403  403   403   404   |  404   | go     go   go   go         | 404    | 404
GET  /teams/{team}/commissions                                 | in  | 403  403   403   404   |  404   | 200     403   403   200         | 404    | 404
GET  /teams/{team}/withdrawals                                 | in  | 403  403   403   404   |  404   | 200     403   403   200         | 404    | 404
POST /teams/{team}/withdrawals                                 | in  | 403  403   403   404   |  404   | 422     403   403   422         | 404    | 404
GET  /teams/{team}/withdrawals/new                             | in  | 403  403   403   404   |  404   | 200     403   403   200         | 404    | 404
GET  /teams/{team}/withdrawals/details                         | in  | 403  403   403   404   |  404   | 200     403   403   200         | 404    | 404
POST /teams/{team}/withdrawals/details                         | in  | 403  403   403   404   |  404   | 422     403   403   422         | 404    | 404
GET  /teams/{team}/withdrawals/{withdrawal}                    | in  | 403  403   403   404   |  404   | 200     403   403   200         | 404    | 404
POST /teams/{team}/withdrawals/{withdrawal}/cancellation       | in  | 403  403   403   404   |  404   | go      403   403   go          | 404    | 404
GET  /companies/{company}/partners/{partner}/commissions       | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/withdrawals                          | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/withdrawals/{withdrawal}             | in  | 200  200   200   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/withdrawals/{withdrawal}/payment     | in  | go   403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/withdrawals/{withdrawal}/failure     | in  | 422  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/withdrawals/marking                  | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/withdrawals/payments                 | in  | 422  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/withdrawals/failures                 | in  | 422  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/withdrawals/exports                  | in  | go   403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/withdrawals/exports/{export}         | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/withdrawals/marks/new                | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/withdrawals/marks                    | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/withdrawals/marks                    | in  | 422  403   403   404   |  404   | 404     404   404   404         | 404    | 404
GET  /companies/{company}/settings/payouts                     | in  | 200  403   403   404   |  404   | 404     404   404   404         | 404    | 404
POST /companies/{company}/settings/payouts                     | in  | go   403   403   404   |  404   | 404     404   404   404         | 404    | 404
";
// * was of Acme's staff, or of Northwind, and has left.

struct Row {
    method: Method,
    path: &'static str,
    /// In the order of [`EVERYBODY`].
    answers: Vec<&'static str>,
}

fn table() -> Vec<Row> {
    let row = |line: &'static str| {
        let (route, answers) = line.split_once('|')?;
        let (method, path) = route.trim().split_once(' ')?;
        let answers: Vec<&str> = answers.split_whitespace().filter(|word| *word != "|").collect();
        assert_eq!(answers.len(), EVERYBODY.len(), "{line}");
        Some(Row { method: method.parse().unwrap(), path: path.trim(), answers })
    };
    TABLE.lines().filter_map(row).collect()
}

/// The answer in the table's words.
fn word_of(page: &Page) -> String {
    match (page.status.as_u16(), page.location()) {
        (303, Some(to)) if to.starts_with("/sign-in") => "in".to_owned(),
        (303, Some(to)) if to.starts_with('/') => "go".to_owned(),
        (status, _) => status.to_string(),
    }
}

fn browsers(app: &TestApp) -> Vec<(&'static str, Browser)> {
    let browser = |email: &str| if email.is_empty() { app.visitor() } else { app.signed_in(email) };
    EVERYBODY.iter().map(|(name, email)| (*name, browser(email))).collect()
}

#[test]
fn every_route_has_its_row_and_every_row_its_route() {
    let routes: BTreeSet<String> = routes::all(Mode::Demo).iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let rows: Vec<String> = table().iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    let known: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(known.len(), rows.len(), "a route stands twice in the table");
    let without: Vec<&String> = routes.difference(&known).collect();
    let nowhere: Vec<&String> = known.difference(&routes).collect();
    assert!(without.is_empty() && nowhere.is_empty(), "routes without a row: {without:#?}\nrows without a route: {nowhere:#?}");
}

#[test]
fn the_table_agrees_with_the_locks() {
    let routes = routes::all(Mode::Demo);
    let mut faults = Vec::new();
    for row in table() {
        let Some(route) = routes.iter().find(|route| route.method.as_str() == row.method.as_str() && route.path == row.path) else {
            continue;
        };
        for ((name, _), answer) in EVERYBODY.iter().zip(&row.answers) {
            if let Some(shut) = answer_before(route.access, name)
                && shut != *answer
            {
                faults.push(format!("{} {}: {name} gets {answer}, but the lock {:?} answers {shut}", row.method, row.path, route.access));
            }
            let opened = answer_before(route.access, name).is_none();
            if opened && matches!(route.access, Access::Staff(_) | Access::Team(_)) && matches!(*answer, "in" | "403" | "404") {
                faults.push(format!("{} {}: {name} gets {answer}, but the lock {:?} opens", row.method, row.path, route.access));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a lock answers somebody whom it does not open for (rule 61), at a page of Acme or of Northwind.
fn answer_before(access: Access, name: &str) -> Option<&'static str> {
    let staff = match name {
        "sam" => Some(StaffRole::Administrator),
        "max" => Some(StaffRole::Manager),
        "vera" => Some(StaffRole::Viewer),
        _ => None,
    };
    let member = match name {
        "olivia" => Some(TeamRole::Owner),
        "adam" => Some(TeamRole::Given(MemberRole::Admin)),
        "mia" => Some(TeamRole::Given(MemberRole::Member)),
        "frank" => Some(TeamRole::Given(MemberRole::Finance)),
        _ => None,
    };
    match access {
        Access::Anyone => None,
        // Whoever is signed in: what counts is a key, and nobody's browser has one.
        Access::Key => Some("401"),
        _ if name == "out" => Some("in"),
        Access::SignedIn => None,
        Access::Staff(permission) => match staff {
            Some(role) if role.may(permission) => None,
            Some(_) => Some("403"),
            None => Some("404"),
        },
        Access::Team(permission) => match (member, staff) {
            (Some(role), _) if Switches::default().allow(role, permission) => None,
            (Some(_), _) | (None, Some(_)) => Some("403"),
            (None, None) => Some("404"),
        },
    }
}

#[actix_web::test]
async fn everybody_gets_the_answer_of_the_table_to_a_visit() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let browsers = browsers(&app);
    let mut faults = Vec::new();
    for row in table().iter().filter(|row| row.method == Method::GET) {
        for ((name, browser), expected) in browsers.iter().zip(&row.answers) {
            let page = browser.get(&scene.path(row.path)).await;
            if word_of(&page) != expected.trim_end_matches('~') {
                faults.push(format!("GET {}: {name} got {} ({:?}) instead of {expected}", row.path, word_of(&page), page.location()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn everybody_gets_the_answer_of_the_table_to_a_form_and_a_refusal_changes_nothing() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let browsers = browsers(&app);
    app.keep();
    let before = app.dump();
    let mut faults = Vec::new();
    for row in table().iter().filter(|row| row.method == Method::POST) {
        for ((name, browser), expected) in browsers.iter().zip(&row.answers) {
            // A browser for each, since some forms end a session.
            let page = browser.on(&app).post(&scene.path(row.path), &[]).await;
            let answer = word_of(&page);
            if answer != expected.trim_end_matches('~') {
                faults.push(format!("POST {}: {name} got {answer} ({:?}) instead of {expected}", row.path, page.location()));
            }
            let changes = changes_between(&before, &app.dump());
            if changes.is_empty() {
                continue;
            }
            app.restore();
            // Who is in sight of a place and may not is written down there (rules 16 and 61); nothing else of a refusal is.
            let in_sight = answer == "403" && (row.path.starts_with("/companies") || row.path.starts_with("/teams"));
            let is_refusal = matches!(answer.as_str(), "401" | "403" | "404" | "410" | "422") || (answer == "in" && *name == "out");
            let noted = changes.iter().filter(|line| line.starts_with("+audit: ") && line.contains("\"action\": \"refused\"")).count();
            if is_refusal && (noted, changes.len()) != (usize::from(in_sight), usize::from(in_sight)) {
                faults.push(format!("POST {}: {name} got {answer}, and yet:\n  {}", row.path, changes.join("\n  ")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The rows that went (`-`) and came (`+`).
fn changes_between(before: &str, after: &str) -> Vec<String> {
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (before.lines().collect(), after.lines().collect());
    let gone = before.difference(&after).map(|row| format!("-{row}"));
    gone.chain(after.difference(&before).map(|row| format!("+{row}"))).collect()
}

#[actix_web::test]
async fn a_forged_form_from_a_partnering_companys_staff_leaves_a_line() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    for deed in changes().into_iter().filter(|deed| deed.path.starts_with("/teams/{team}")) {
        let before = app.number("SELECT count(*) FROM audit WHERE action = 'refused'");
        let page = app.signed_in(SAM).post(&scene.path(deed.path), &deed.form("x")).await;
        page.is(403).shows("Only the team's owner and admins can do this");
        assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'refused'"), before + 1, "{}", deed.path);
        let line = "SELECT (SELECT email FROM users WHERE id = user_id) || ' ' || (SELECT slug FROM teams WHERE id = team_id) FROM audit ORDER BY at DESC, id DESC LIMIT 1";
        assert_eq!(app.text(line), "sam@acme.example northwind");
    }
}

#[actix_web::test]
async fn looking_changes_nothing_that_anybody_decided() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let browsers = browsers(&app);
    app.sql("UPDATE sessions SET last_seen_at = now() - interval '2 hours'");
    let before = app.dump();
    for path in pages() {
        for (_, browser) in &browsers {
            for method in [Method::HEAD, Method::GET] {
                browser.send(browser.request(method, &scene.path(path))).await;
            }
        }
        assert_eq!(changes_between(&before, &app.dump()), Vec::<String>::new(), "GET {path}");
    }
    assert_ne!(app.number("SELECT count(*) FROM sessions WHERE last_seen_at > now() - interval '1 hour'"), 0, "last active is true");
}

#[actix_web::test]
async fn a_page_behind_a_mailed_link_leaves_no_trace_at_all() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let browsers = browsers(&app);
    app.sql(
        "UPDATE sessions SET last_seen_at = now() - interval '2 hours'; UPDATE members SET last_active_at = now() - interval '2 hours'",
    );
    let before = app.dump_with_traces();
    for path in pages().into_iter().filter(|path| path.contains("{token}")) {
        for (_, browser) in &browsers {
            for method in [Method::HEAD, Method::GET] {
                browser.send(browser.request(method, &scene.path(path))).await;
            }
        }
        assert_eq!(changes_between(&before, &app.dump_with_traces()), Vec::<String>::new(), "GET {path}");
    }
}

#[actix_web::test]
async fn every_deed_of_the_catalogue_is_done_and_written_down() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    app.keep();
    let routes = routes::all(Mode::Demo);
    for deed in changes() {
        app.restore();
        let lines = |app: &TestApp| app.text("SELECT coalesce(json_agg(action ORDER BY at, id), '[]') FROM audit");
        let before = app.number("SELECT count(*) FROM audit");
        let page = deed.perform(&app, &scene, "Plain words").await;
        assert_eq!(page.status, deed.answer(), "POST {} by {:?}: {}", deed.path, deed.by, page.text());
        let route = routes.iter().find(|route| route.method.as_str() == "POST" && route.path == deed.path).unwrap();
        let written: Vec<String> = serde_json::from_str(&lines(&app)).unwrap();
        let written = &written[usize::try_from(before).unwrap()..];
        let named: Vec<&str> = route.records.iter().map(|action| action.as_str()).collect();
        assert!(!named.is_empty() || deed.silent.is_some(), "POST {} names no audit action, and no reason for it", deed.path);
        assert_eq!(written.is_empty(), deed.silent.is_some(), "POST {} wrote {written:?}", deed.path);
        assert!(written.iter().all(|action| named.contains(&action.as_str())), "POST {} wrote {written:?} but names {named:?}", deed.path);
        let faults = guildhall::verify::faults(&mut app.connection()).unwrap();
        assert!(faults.is_empty(), "after POST {}: {faults:?}", deed.path);
    }
    let known: BTreeSet<&str> = changes().iter().map(|deed| deed.path).collect();
    let nowhere: Vec<&str> = DEEDS.iter().map(|deed| deed.path).filter(|path| !known.contains(path)).collect();
    assert!(nowhere.is_empty(), "deeds without a route: {nowhere:?}");
}
