namespace SecureStreams.Simulation.Application;

/// <summary>What the simulated application does of its own accord.</summary>
internal enum AppAction
{
    Transmit,
    TransmitLength,
    Connect,
    Disconnect,
    Dispose,
    Create,
    Pause,
    Resume,
    StartTimeout,
    CancelTimeout,
    ResultDisconnect,
    ResultDestroy,
    Throw,
    DisposeInside,
    ChangeHandlers,
    Explain,
}
