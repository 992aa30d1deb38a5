namespace SecureStreams.Testing.Faults;

/// <summary>What can go wrong. The names are those of the policy without their underscores.</summary>
internal enum FaultKind
{
    NameNotFound,
    ConnectRefused,
    ConnectUnreachable,
    ConnectNoAnswer,
    TlsUntrusted,
    TlsExpired,
    TlsWrongName,
    DelayConnectMs,
    DelayFirstByteMs,
    DelayWriteMs,
    RateLimit,
    CorruptSent,
    CorruptReceived,
    CutAfterMs,
    CutAfterSent,
    CutAfterReceived,
    CutAfterMessages,
    StallAfterMs,
    StallAfterSent,
    StallAfterReceived,
    HttpStatus,
}
