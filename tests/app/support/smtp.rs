//! A mail server of the tests' own: speaks SMTP over TCP, keeps what it is sent byte by byte, and answers as it is told.

use guildhall::mail::transport::Smtp;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// Where in the conversation an answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Before anything was said.
    Greeting,
    /// EHLO.
    Ehlo,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    MailFrom,
    /// RCPT TO.
    RcptTo,
    /// DATA.
    Data,
    /// The whole message was sent.
    Message,
}

/// What is done instead of the usual answer.
#[derive(Debug, Clone)]
enum Answer {
    Say(String),
    HangUp,
    Silence,
    Hold(Arc<Gate>),
}

/// Holds the server at a step.
#[derive(Debug, Default)]
pub struct Gate {
    /// Whether the step was reached, and whether it may go on.
    state: Mutex<(bool, bool)>,
    changed: Condvar,
}

/// A message that was sent to the server.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Between the answer to DATA and the line with one dot, as it came over the wire.
    pub wire: Vec<u8>,
    /// Whether the sender was told that it was taken.
    pub accepted: bool,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<Vec<(Step, String, Answer)>>,
    extensions: Mutex<Vec<String>>,
    commands: Mutex<Vec<String>>,
    taken: Mutex<Vec<Taken>>,
    connections: Mutex<usize>,
    stopped: AtomicBool,
}

/// The server. It stops when dropped.
pub struct SmtpServer {
    port: u16,
    shared: Arc<Shared>,
}

impl SmtpServer {
    /// Listens, and takes everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared::default());
        let server = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if server.stopped.load(Ordering::SeqCst) {
                    return;
                }
                *server.connections.lock().unwrap() += 1;
                let server = server.clone();
                // A conversation that breaks off is the other side's matter.
                thread::spawn(move || Conversation::hold(&server, &stream).ok());
            }
        });
        Self { port, shared }
    }

    /// Its URL, in the clear.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The way to it.
    pub fn smtp(&self) -> Smtp {
        self.smtp_at(&self.url())
    }

    /// The way to it by a URL in which `PORT` stands for its port.
    pub fn smtp_at(&self, url: &str) -> Smtp {
        Smtp::at(&url.replace("PORT", &self.port.to_string()).parse().expect("a URL"))
    }

    /// Answers `reply` at that step to every command that contains `words`.
    pub fn answer(&self, step: Step, words: &str, reply: &str) {
        self.add(step, words, Answer::Say(reply.to_owned()));
    }

    /// Hangs up at that step.
    pub fn hang_up(&self, step: Step) {
        self.add(step, "", Answer::HangUp);
    }

    /// Says nothing any more at that step.
    pub fn fall_silent(&self, step: Step) {
        self.add(step, "", Answer::Silence);
    }

    /// Waits at that step until the gate is opened.
    pub fn hold(&self, step: Step) -> Arc<Gate> {
        let gate = Arc::new(Gate::default());
        self.add(step, "", Answer::Hold(gate.clone()));
        gate
    }

    /// Offers this after EHLO, like `AUTH PLAIN`.
    pub fn offer(&self, extension: &str) {
        self.shared.extensions.lock().unwrap().push(extension.to_owned());
    }

    /// Takes everything again.
    pub fn take_everything(&self) {
        self.shared.answers.lock().unwrap().clear();
    }

    /// Every message so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().unwrap().clone()
    }

    /// Every command so far.
    pub fn commands(&self) -> Vec<String> {
        self.shared.commands.lock().unwrap().clone()
    }

    /// How often somebody has called.
    pub fn connections(&self) -> usize {
        *self.shared.connections.lock().unwrap()
    }

    fn add(&self, step: Step, words: &str, answer: Answer) {
        self.shared.answers.lock().unwrap().push((step, words.to_owned(), answer));
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

impl Gate {
    /// Waits until somebody stands before it.
    pub fn wait_for_arrival(&self) {
        let patience = Duration::from_secs(20);
        let (state, waited) = self.changed.wait_timeout_while(self.state.lock().unwrap(), patience, |state| !state.0).unwrap();
        drop(state);
        assert!(!waited.timed_out(), "nobody came to the gate");
    }

    /// Lets everybody through.
    pub fn open(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }

    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 = true;
        self.changed.notify_all();
        drop(self.changed.wait_timeout_while(state, Duration::from_secs(20), |state| !state.1).unwrap());
    }
}

impl Taken {
    /// The message with its dots as they were meant.
    pub fn message(&self) -> Vec<u8> {
        let text = String::from_utf8(self.wire.clone()).expect("ASCII");
        let lines: Vec<&str> = text.split("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
        lines.join("\r\n").into_bytes()
    }
}

struct Conversation<'a> {
    shared: &'a Shared,
    reader: BufReader<&'a TcpStream>,
    writer: &'a TcpStream,
    from: String,
    to: Vec<String>,
}

/// Ends the conversation.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

impl<'a> Conversation<'a> {
    fn hold(shared: &'a Shared, stream: &'a TcpStream) -> Result<(), Over> {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut talk = Self { shared, reader: BufReader::new(stream), writer: stream, from: String::new(), to: Vec::new() };
        talk.reply(Step::Greeting, "", "220 test")?;
        loop {
            let mut line = String::new();
            if talk.reader.read_line(&mut line)? == 0 {
                return Err(Over);
            }
            let line = line.trim_end().to_owned();
            shared.commands.lock().unwrap().push(line.clone());
            talk.obey(&line)?;
        }
    }

    fn obey(&mut self, line: &str) -> Result<(), Over> {
        match line.split([' ', ':']).next().unwrap_or_default().to_uppercase().as_str() {
            "EHLO" => {
                let extensions = self.shared.extensions.lock().unwrap().clone();
                let lines: Vec<String> = std::iter::once("test".to_owned()).chain(extensions).collect();
                let last = lines.len() - 1;
                let reply: Vec<String> =
                    lines.iter().enumerate().map(|(at, words)| format!("250{}{words}", if at == last { ' ' } else { '-' })).collect();
                self.reply(Step::Ehlo, line, &reply.join("\r\n")).map(drop)
            }
            "STARTTLS" => self.reply(Step::StartTls, line, "220 go on").map(drop),
            "AUTH" => self.reply(Step::Auth, line, "235 welcome").map(drop),
            "MAIL" => {
                self.from = address(line);
                self.to.clear();
                self.reply(Step::MailFrom, line, "250 ok").map(drop)
            }
            "RCPT" => {
                if self.reply(Step::RcptTo, line, "250 ok")? {
                    self.to.push(address(line));
                }
                Ok(())
            }
            "DATA" => {
                if self.reply(Step::Data, line, "354 go on")? {
                    self.take()?;
                }
                Ok(())
            }
            "QUIT" => {
                self.write("221 bye")?;
                Err(Over)
            }
            _ => self.write("250 ok"),
        }
    }

    /// Reads up to the line with one dot.
    fn take(&mut self) -> Result<(), Over> {
        let mut wire = Vec::new();
        while !(wire.ends_with(b"\r\n.\r\n") || wire == b".\r\n") {
            let mut byte = [0];
            self.reader.read_exact(&mut byte)?;
            wire.push(byte[0]);
        }
        wire.truncate(wire.len() - b".\r\n".len());
        let taken = Taken { from: self.from.clone(), to: self.to.clone(), wire, accepted: false };
        let at = {
            let mut all = self.shared.taken.lock().unwrap();
            all.push(taken);
            all.len() - 1
        };
        if self.reply(Step::Message, "", "250 taken")? {
            self.shared.taken.lock().unwrap()[at].accepted = true;
        }
        Ok(())
    }

    /// The usual answer, or what was told. True where it was a yes.
    fn reply(&mut self, step: Step, line: &str, usual: &str) -> Result<bool, Over> {
        let told = {
            let answers = self.shared.answers.lock().unwrap();
            answers.iter().rev().find(|(at, words, _)| *at == step && line.contains(words.as_str())).map(|(_, _, answer)| answer.clone())
        };
        let reply = match told {
            None => usual.to_owned(),
            Some(Answer::Say(reply)) => reply,
            Some(Answer::HangUp) => return Err(Over),
            Some(Answer::Silence) => {
                // Until the other side hangs up.
                self.reader.read_to_end(&mut Vec::new())?;
                return Err(Over);
            }
            Some(Answer::Hold(gate)) => {
                gate.pass();
                usual.to_owned()
            }
        };
        self.write(&reply)?;
        Ok(reply.starts_with(['2', '3']))
    }

    fn write(&mut self, reply: &str) -> Result<(), Over> {
        Ok(self.writer.write_all(format!("{reply}\r\n").as_bytes())?)
    }
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
