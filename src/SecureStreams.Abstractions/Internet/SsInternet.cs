namespace SecureStreams;

/// <summary>Where the network leads that this machine is in, as far as the streamtype <c>captive_portal_detect</c> can tell. Which answer means what is a table in <c>docs/system.md</c>.</summary>
public enum SsInternet
{
    /// <summary>Nobody has asked yet, or what came back speaks neither for nor against: a server with a fault of its own, an attempt that the policy itself kept from being made.</summary>
    Unknown = 0,

    /// <summary>To the Internet: the server that was asked answered as it is known to.</summary>
    Internet = 1,

    /// <summary>To somebody who answers in the place of that server: usually a portal where a user has to log in first.</summary>
    CaptivePortal = 2,

    /// <summary>Nowhere: no name, no route, nobody who answers within the bound.</summary>
    NoInternet = 3,
}
