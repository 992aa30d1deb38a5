namespace SecureStreams.Interop.Probe.Flows;

/// <summary>What happens in a <see cref="Flow"/>.</summary>
public enum FlowEvent
{
    /// <summary>All streams are made.</summary>
    Begun,

    /// <summary>A message is about to be handed over.</summary>
    Sending,

    /// <summary>The broker acknowledged a message.</summary>
    Acknowledged,

    /// <summary>The stream was told that a message is refused or lost.</summary>
    Refused,

    /// <summary>A message came, whole and as it was sent.</summary>
    Received,

    /// <summary>A message came that is not as it was sent.</summary>
    Spoiled,

    /// <summary>The stream is connected.</summary>
    Connected,

    /// <summary>It is not any more, or was not.</summary>
    Lost,

    /// <summary>The stream was told to send no more, and every message has its acknowledgement.</summary>
    Done,
}
