namespace SecureStreams.Core;

/// <summary>One stream's place with a <see cref="FailureDomain"/>: none, waiting, or admitted. Its fields belong to the domain's lock.</summary>
internal sealed class GovernorTicket
{
    private readonly Action _admitted;

    /// <param name="admitted">Told when a wait is over; called under no lock, by whoever made room.</param>
    public GovernorTicket(Action admitted)
    {
        _admitted = admitted;
        Node = new LinkedListNode<GovernorTicket>(this);
    }

    public LinkedListNode<GovernorTicket> Node { get; }

    /// <summary>The domain that counts it; null for none.</summary>
    public FailureDomain? Domain { get; set; }

    /// <summary>Whether its attempt may go ahead, and counts as under way.</summary>
    public bool IsAdmitted { get; set; }

    public void Tell() => _admitted();
}
