//! Why a system call failed: the numbers of Linux by their texts, and what can go wrong between two computers.

use std::fmt;

use crate::CertificateProblem;

/// The error of a system call. It prints what Linux prints: `No such file or directory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errno {
    NoEntry,
    Exists,
    NotDirectory,
    IsDirectory,
    NotEmpty,
    AccessDenied,
    NotPermitted,
    BadDescriptor,
    InvalidArgument,
    NoProcess,
    NoChild,
    BrokenPipe,
    ExecFormat,
    TooManyLinks,
    /// A file system that takes no writes.
    ReadOnly,
    NoSpace,
    /// A file cannot be moved from one file system to another; it has to be copied.
    CrossDevice,
    Busy,
    /// The file is gone that was found a moment ago.
    Stale,
    AddressInUse,
    NoMemory,
    NoDevice,
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Errno::NoEntry => "No such file or directory",
            Errno::Exists => "File exists",
            Errno::NotDirectory => "Not a directory",
            Errno::IsDirectory => "Is a directory",
            Errno::NotEmpty => "Directory not empty",
            Errno::AccessDenied => "Permission denied",
            Errno::NotPermitted => "Operation not permitted",
            Errno::BadDescriptor => "Bad file descriptor",
            Errno::InvalidArgument => "Invalid argument",
            Errno::NoProcess => "No such process",
            Errno::NoChild => "No child processes",
            Errno::BrokenPipe => "Broken pipe",
            Errno::ExecFormat => "Exec format error",
            Errno::TooManyLinks => "Too many levels of symbolic links",
            Errno::ReadOnly => "Read-only file system",
            Errno::NoSpace => "No space left on device",
            Errno::CrossDevice => "Invalid cross-device link",
            Errno::Busy => "Device or resource busy",
            Errno::Stale => "Stale file handle",
            Errno::AddressInUse => "Address already in use",
            Errno::NoDevice => "No such device or address",
            Errno::NoMemory => "Cannot allocate memory",
        })
    }
}

impl std::error::Error for Errno {}

/// Why an HTTP exchange gave no answer, or broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetError {
    ConnectionRefused,
    ConnectionReset,
    TimedOut,
    UnknownHost,
    NetworkUnreachable,
    /// The address is not one: no scheme, no host.
    BadUrl,
    /// The other side does not speak TLS.
    NotTls,
    /// The client does not believe the other side's certificate.
    Certificate(CertificateProblem),
    /// It closed the connection without a word.
    EmptyReply,
    /// It said something that is not HTTP.
    NotHttp,
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NetError::ConnectionRefused => "Connection refused",
            NetError::ConnectionReset => "Connection reset by peer",
            NetError::TimedOut => "Connection timed out",
            NetError::UnknownHost => "Could not resolve host",
            NetError::NetworkUnreachable => "Network is unreachable",
            NetError::BadUrl => "URL using bad/illegal format or missing URL",
            NetError::NotTls => "wrong version number",
            NetError::Certificate(problem) => match problem {
                CertificateProblem::SelfSigned => "self-signed certificate",
                CertificateProblem::SelfSignedInChain => "self-signed certificate in certificate chain",
                CertificateProblem::UnknownIssuer => "unable to get local issuer certificate",
                CertificateProblem::Expired => "certificate has expired",
                CertificateProblem::NotYetValid => "certificate is not yet valid",
                CertificateProblem::WrongName => "no alternative certificate subject name matches target host name",
            },
            NetError::EmptyReply => "Empty reply from server",
            NetError::NotHttp => "Received HTTP/0.9 when not allowed",
        })
    }
}

impl std::error::Error for NetError {}
