namespace SecureStreams.Transports.Connections;

/// <summary>What an output tells its connection, on the mailbox.</summary>
internal interface ILinkOutputOwner
{
    /// <summary>A write that had to wait is done and nothing is left to send. Not told for writes that did not wait.</summary>
    void DrainedOnMailbox();

    /// <summary>The end of this side is on its way, behind everything that was released. Maybe inside the call that asked for it.</summary>
    void EndSentOnMailbox();

    /// <summary>A write has to wait. Maybe inside the call that wrote.</summary>
    void WriteWaitsOnMailbox();

    /// <summary>The write that had to wait is over, well or not.</summary>
    void WriteWaitedOnMailbox();

    /// <summary>Nothing more can be sent. Maybe inside the call that wrote: nothing may be told to the stream then.</summary>
    void WriteFailedOnMailbox(Exception error);
}
