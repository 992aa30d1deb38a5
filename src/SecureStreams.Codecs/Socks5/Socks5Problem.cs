namespace SecureStreams.Codecs.Socks5;

/// <summary>Why a negotiation failed.</summary>
public enum Socks5Problem
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>What answers does not speak SOCKS5.</summary>
    NotSocks5 = 1,

    /// <summary>It wants to be spoken to in a way that was not offered (RFC 1928 section 3): mostly a user name and password, where there are none.</summary>
    NoMethod = 2,

    /// <summary>It does not take the user name and password (RFC 1929).</summary>
    CredentialsRefused = 3,

    /// <summary>It says no to the destination: <see cref="Socks5Negotiation.Reply"/>.</summary>
    Refused = 4,
}
