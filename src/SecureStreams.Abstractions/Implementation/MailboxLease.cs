namespace SecureStreams.Implementation;

/// <summary>Being inside a mailbox; disposing leaves it. Made by awaiting a <see cref="MailboxEntry"/>.</summary>
public readonly struct MailboxLease : IDisposable, IEquatable<MailboxLease>
{
    private readonly Mailbox? _mailbox;

    internal MailboxLease(Mailbox? mailbox) => _mailbox = mailbox;

    /// <summary>Whether two leases are of the same mailbox.</summary>
    public static bool operator ==(MailboxLease left, MailboxLease right) => left.Equals(right);

    /// <summary>Whether two leases are of different mailboxes.</summary>
    public static bool operator !=(MailboxLease left, MailboxLease right) => !left.Equals(right);

    /// <summary>Leaves the mailbox, running what was posted meanwhile.</summary>
    public void Dispose() => _mailbox?.Exit();

    /// <inheritdoc/>
    public bool Equals(MailboxLease other) => ReferenceEquals(_mailbox, other._mailbox);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MailboxLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _mailbox?.GetHashCode() ?? 0;
}
