namespace SecureStreams;

/// <summary>Where a fetched policy was when it was found wanting; in this order.</summary>
public enum SsRemotePolicyStage
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>On its way: connection, status, time-out, cut off.</summary>
    Fetch,

    /// <summary>Larger than is taken.</summary>
    Size,

    /// <summary>Its signatures.</summary>
    Signature,

    /// <summary>Reading it: syntax, values, product, schema.</summary>
    Document,

    /// <summary>Its <c>policy_revision</c>: older than what was accepted, or equal with other content.</summary>
    Revision,

    /// <summary>Its <c>policy_expires</c> has passed.</summary>
    Expiry,

    /// <summary>Together with the overlays of the context it cannot be used.</summary>
    Apply,

    /// <summary>It did not stand its trial.</summary>
    Trial,
}
