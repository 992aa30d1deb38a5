namespace SecureStreams.Core;

/// <summary>What callers on other threads ask of a stream; the argument of its mailbox posts.</summary>
internal enum StreamCommand : long
{
    Connect = 1,
    RequestTransmit,
    PipeTransmit,
    Disconnect,
    Destroy,
    CancelTimeout,
    PauseReceive,
    ResumeReceive,
    Pump,
    Settle,
    Admitted,
    CheckLiveness,
    PolicyChanged,
    Replace,
    NetworkChanged,
}
