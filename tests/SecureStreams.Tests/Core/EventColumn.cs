namespace SecureStreams.Tests.Core;

/// <summary>A column of the event table: something that happens to a stream.</summary>
/// <param name="Name">As the published table names it.</param>
/// <param name="Act">Makes it happen; what it causes runs afterwards.</param>
internal sealed record EventColumn(string Name, Action<EventTrial> Act)
{
    /// <summary>The member of <see cref="SecureStream"/> or of <see cref="Transports.ITransportSink"/> behind it; null for time and contexts.</summary>
    public string? Member { get; init; }

    /// <summary>How long to wait for it.</summary>
    public Func<EventTrial, TimeSpan> Time { get; init; } = static _ => TimeSpan.Zero;

    /// <summary>Why it cannot happen in a row; null where it can.</summary>
    public Func<EventPlace, string?> Cannot { get; init; } = static _ => null;

    /// <summary>Why nothing comes of it in a row; null where something does.</summary>
    public Func<EventPlace, string?> Ignored { get; init; } = static _ => null;

    /// <summary>Looks for what cannot be seen in callbacks, in words; null for nothing. It may drive the stream on to see it.</summary>
    public Func<EventTrial, string?>? Effect { get; init; }

    /// <summary>Whether a transport that the stream has let go is needed.</summary>
    public bool IsLate { get; init; }
}
