namespace SecureStreams.Tests.Transports;

/// <summary>The other side of one attempt, for the contract suite.</summary>
internal interface IContractPeer
{
    /// <summary>Lets the attempt succeed.</summary>
    Task AcceptAsync();

    /// <summary>Sends payload.</summary>
    Task SendAsync(byte[] payload);

    /// <summary>Ends the connection or transaction as it should.</summary>
    Task FinishAsync();

    /// <summary>Breaks the connection.</summary>
    Task BreakAsync();

    /// <summary>The first <paramref name="count"/> bytes that the stream sent.</summary>
    Task<byte[]> ReceivedAsync(int count);

    /// <summary>Completes when this side has noticed that the stream is gone.</summary>
    Task Gone { get; }
}
