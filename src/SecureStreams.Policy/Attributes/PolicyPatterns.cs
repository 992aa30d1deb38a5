namespace SecureStreams.Policy;

/// <summary>The forms of texts that several rows ask for, each with its words. .NET and ECMA-262 read them alike.</summary>
internal static class PolicyPatterns
{
    public const string BlobName = "^[A-Za-z0-9._-]{1,128}$";
    public const string BlobNameHelp = "the name of a blob: 1 to 128 letters, digits, '.', '_' and '-'";

    public const string SpkiHash = "^sha256/[A-Za-z0-9+/]{43}=$";
    public const string SpkiHashHelp = "sha256/ and the base64 of the hash, 44 characters";

    /// <summary>What the operating system takes for the name of a user or a group, those of a directory service with their @ included.</summary>
    public const string Account = "^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$";
    public const string AccountHelp = "an account name: at most 64 letters, digits, '.', '_', '@' and '-', beginning with a letter, a digit or '_'";

    public const string FileMode = "^0?[0-7]{3}$";
    public const string FileModeHelp = "three octal digits, with or without a 0 in front, as in \"0660\"";

    /// <summary>RFC 6455, 4.1: tokens separated by commas. Empty for none.</summary>
    public const string Subprotocols = $"^(?:{Token}(?: *, *{Token})*)?$";
    public const string SubprotocolsHelp = "tokens (letters, digits, '-', '.', '_' and the like) separated by commas, or \"\" for none";

    /// <summary>Empty for none. Neither a user name nor a password has an @, so that the host begins behind the only one.</summary>
    public const string Socks = $"^(?:(?:[^:@]+:[^@]*@)?(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):{Port})?$";
    public const string SocksHelp = "host:port or user:password@host:port, an IPv6 address in brackets, or \"\" for none";

    /// <summary>A name as it stands in a certificate and in a Host header, or an IPv6 address as it stands in the latter.</summary>
    public const string HostName = $"^(?:(?:\\*\\.)?{Label}(?:\\.{Label})*|\\[[0-9A-Fa-f:.]+\\])$";
    public const string HostNameHelp = "the name of a host without port, or \"*.\" and a name for every host below it";

    /// <summary>RFC 5480: the 27 bytes that begin the SubjectPublicKeyInfo of every uncompressed point of P-256 fill 36 characters, and its 64 bytes the rest.</summary>
    public const string EcdsaKey = "^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==$";
    public const string EcdsaKeyHelp = "the base64 of the public key (SubjectPublicKeyInfo, DER) of an ECDSA key on P-256, 124 characters";

    /// <summary>RFC 3339, with the offsets that a calendar knows.</summary>
    public const string Time = "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,7})?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])$";
    public const string TimeHelp = "a time as in \"2030-01-31T00:00:00Z\" (RFC 3339)";

    /// <summary>What goes wrong in a test, then which attempts, then how often.</summary>
    public const string Fault =
        "^(?:name_not_found|connect_refused|connect_unreachable|connect_no_answer|tls_untrusted|tls_expired|tls_wrong_name|cut|stall"
        + $"|(?:delay_connect_ms|delay_first_byte_ms|delay_write_ms|rate_limit|corrupt_sent|corrupt_received|cut_after_ms|cut_after_sent|cut_after_received|cut_after_messages|stall_after_ms|stall_after_sent|stall_after_received)={Digits}"
        + $"|http_status=[2-5][0-9][0-9](?: location=[!-~]+)?(?: retry_after={Digits})?)(?: attempts={Attempts}(?:,{Attempts})*)?(?: percent=(?:100|[1-9]?[0-9]))?$";

    public const string FaultHelp =
        "a fault, such as connect_refused, cut_after_received=1000, stall_after_ms=500 or \"http_status=302 location=http://portal/\", then perhaps attempts=1,3-5 and percent=50, in that order";

    private const string Digits = "[0-9]{1,9}";
    private const string Attempts = "[1-9][0-9]{0,5}(?:-[1-9][0-9]{0,5})?";
    private const string Label = "[A-Za-z0-9_-]+";
    private const string Token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private const string Port = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
}
