namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>
/// Where the state of a session outlasts its process. All calls are made by its session, on the mailbox of the connection; <see cref="IDisposable.Dispose"/> by
/// <see cref="MqttSession.Dispose"/>.
/// </summary>
/// <remarks>
/// A step only gathers; <see cref="Commit"/> makes all steps since the last one last, in one append. A session commits before it hands out anything to be sent, so that the
/// broker is never told what a crash could make this side forget. A store that fails goes on without keeping anything and says so in <see cref="Problem"/>: it throws nothing.
/// </remarks>
internal interface IMqttSessionStore : IMqttSessionRecords, IDisposable
{
    /// <summary>Whether steps matter to it at all.</summary>
    bool IsKeeping { get; }

    /// <summary>Why nothing is kept that should be, for operators; null where all is well.</summary>
    string? Problem { get; }

    /// <summary>Tells what was kept, once, before any step.</summary>
    void Load(MqttSessionRestorer into);

    /// <summary>Makes all steps since the last call last. Does nothing where there are none.</summary>
    /// <param name="session">For its whole state, when the store begins anew.</param>
    void Commit(MqttSession session);
}
