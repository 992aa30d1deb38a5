using System.Diagnostics;
using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Policy;
using SecureStreams.Tokens;

namespace SecureStreams.Transports;

/// <summary>What a transport is made of. The policy is the one the stream took from the context's snapshot for this attempt.</summary>
/// <param name="Mailbox">The stream's mailbox.</param>
/// <param name="Sink">The stream.</param>
/// <param name="Policy">The effective policy of its streamtype.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="TransmitLength">The length announced by RequestTransmit(length); null when none was.</param>
/// <param name="ReceivePaused">Whether delivery begins paused.</param>
internal sealed record TransportSetup(
    Mailbox Mailbox,
    ITransportSink Sink,
    StreamTypePolicy Policy,
    MetadataStore Metadata,
    long? TransmitLength,
    bool ReceivePaused)
{
    /// <summary>The activity of the attempt, to which a transport adds what it learns on the way; null when nobody traces it. Never to be made current.</summary>
    public Activity? Activity { get; init; }

    /// <summary>How long the attempt may take until the connection can be used; the transport ends it then, with <see cref="SsCauseCode.ConnectTimeout"/>.</summary>
    public TimeSpan ConnectTimeout { get; init; } = Policy.ConnectTimeout;

    /// <summary>The stream, over all its attempts: <see cref="Sink"/> may stand between for one of them.</summary>
    public ITransportSink Stream { get; init; } = Sink;

    /// <summary>The token that was fetched for the attempt, to be told when the peer refuses it; null where none was.</summary>
    public ITokenUse? Token { get; init; }

    /// <summary>Whether what the peer answers may be a secret, so that none of it goes into details.</summary>
    public bool HidesAnswer { get; init; }

    /// <summary>Where what the peer says for metadata waits while another connection carries the stream; null for the stream's only connection.</summary>
    public ReceivedApart? Apart { get; init; }

    /// <summary>As <see cref="MetadataStore.PublishReceivedOnMailbox"/>, for connections that last, which may be made beside another.</summary>
    public void PublishReceivedOnMailbox(string?[] values)
    {
        if (Apart is { IsOver: false } apart)
            apart.Keep(values);
        else
            Metadata.PublishReceivedOnMailbox(values);
    }

    /// <summary>As <see cref="MetadataStore.PublishDirectOnMailbox"/>, for connections that last.</summary>
    public void PublishDirectOnMailbox(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (Apart is { IsOver: false } apart)
            apart.Keep(headers);
        else
            Metadata.PublishDirectOnMailbox(headers);
    }

    /// <summary>As <see cref="MetadataStore.ClearReceivedOnMailbox"/>, for connections that last.</summary>
    public void ClearReceivedOnMailbox()
    {
        if (Apart is { IsOver: false } apart)
            apart.Clear();
        else
            Metadata.ClearReceivedOnMailbox();
    }
}
