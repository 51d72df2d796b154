//! People who follow links: connections that are kept open, each with one request after the other.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

/// How many at once.
pub const CONNECTIONS: u64 = 64;
/// How many browsers there are.
pub const VISITORS: u64 = 100_000;

/// What they ask for.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    /// One of the first so many links, each as often as any other.
    Links(u64),
    /// That the program lives.
    Health,
}

/// One answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// When it came, from when all began.
    pub at: Duration,
    /// How long it took.
    pub took: Duration,
    /// Its status.
    pub status: u16,
    /// The click id in its `Location`.
    pub click: Option<Uuid>,
}

/// People under way.
pub struct Load {
    enough: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Answer>>,
    /// When they began.
    pub begun: Instant,
}

impl Load {
    /// Sends them to the program at that port.
    pub fn start(port: u16, asked: Asked) -> Self {
        let (enough, begun) = (Arc::new(AtomicBool::new(false)), Instant::now());
        let stop = enough.clone();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let clients: Vec<_> = (1..=CONNECTIONS).map(|seed| tokio::spawn(client(port, asked, seed, begun, stop.clone()))).collect();
                let mut answers = Vec::new();
                for client in clients {
                    answers.append(&mut client.await.expect("a client"));
                }
                answers
            })
        };
        Self { enough, thread: thread::spawn(run), begun }
    }

    /// Tells them that it is enough, and hands over what they got.
    pub fn end(self) -> Vec<Answer> {
        self.enough.store(true, Ordering::Relaxed);
        self.thread.join().expect("the clients")
    }

    /// Waits until their connections break, and hands over what they got.
    pub fn until_broken(self) -> Vec<Answer> {
        self.thread.join().expect("the clients")
    }
}

/// The answers until it is enough, or the connection breaks.
async fn client(port: u16, asked: Asked, seed: u64, begun: Instant, enough: Arc<AtomicBool>) -> Vec<Answer> {
    let mut answers = Vec::new();
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else { return answers };
    let _ = stream.set_nodelay(true);
    let (mut dice, mut request, mut buffer) = (Dice(seed * 0x9E37_79B9_7F4A_7C15), Vec::new(), vec![0; 16 * 1024]);
    while !enough.load(Ordering::Relaxed) {
        write_request(&mut request, asked, &mut dice).expect("memory takes all");
        let sent = Instant::now();
        match exchange(&mut stream, &request, &mut buffer).await {
            Ok((status, click)) => answers.push(Answer { at: begun.elapsed(), took: sent.elapsed(), status, click }),
            Err(_) => break,
        }
    }
    answers
}

fn write_request(request: &mut Vec<u8>, asked: Asked, dice: &mut Dice) -> io::Result<()> {
    request.clear();
    match asked {
        Asked::Links(many) => write!(request, "GET /go/link-{}", 1 + dice.throw(many))?,
        Asked::Health => write!(request, "GET /healthz")?,
    }
    let visitor = dice.throw(VISITORS);
    write!(
        request,
        " HTTP/1.1\r\nhost: bench\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0 {visitor}\r\naccept: */*\r\n\r\n"
    )
}

async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut [u8]) -> io::Result<(u16, Option<Uuid>)> {
    stream.write_all(request).await?;
    let mut held = 0;
    loop {
        let read = stream.read(&mut buffer[held..]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        held += read;
        let Some(end) = find(&buffer[..held], b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end]).map_err(io::Error::other)?;
        let length: usize = after(head, "content-length: ").and_then(|text| text.parse().ok()).unwrap_or(0);
        if held >= end + 4 + length {
            let status = head.get(9..12).and_then(|text| text.parse().ok()).ok_or_else(|| io::Error::other("no status"))?;
            let click = after(head, "guildhall_click=").and_then(|rest| rest.get(..36)?.parse().ok());
            return Ok((status, click));
        }
    }
}

fn find(held: &[u8], words: &[u8]) -> Option<usize> {
    held.windows(words.len()).position(|window| window == words)
}

/// The rest of the line after those words.
fn after<'a>(head: &'a str, words: &str) -> Option<&'a str> {
    let rest = &head[head.find(words)? + words.len()..];
    Some(rest.split("\r\n").next().unwrap_or(rest))
}

/// Numbers by chance, fast and the same in every run: xorshift.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
