using SecureStreams.Network;

namespace SecureStreams.Transports.Connections;

/// <summary>A connection that a protocol can begin on.</summary>
/// <param name="Stream">The bytes. Disposing it ends the connection.</param>
/// <param name="Wire">What carries them; the same object as <paramref name="Stream"/> where nothing is in between.</param>
internal sealed record LinkCarrier(Stream Stream, ILinkWire Wire)
{
    /// <summary>How it came to be, for operators.</summary>
    public SsConnection? Summary { get; init; }

    /// <summary>What is to be said of it, where the policy asks.</summary>
    public ConnectionFacts? Facts { get; init; }

    /// <summary>Whether what it reads from has a buffer of its own once something arrives: it is waited for with an empty one then.</summary>
    public bool WaitsEmpty { get; init; }

    /// <summary>The dial whose timings are to be told to the stream, where the policy asks; null where there is nothing new to tell.</summary>
    public DialedConnection? Report { get; init; }
}
