namespace SecureStreams;

/// <summary>How a transmitted piece stands in its message. The low byte has lws's values; raw streams ignore message flags.</summary>
[Flags]
public enum SsTxFlags
{
    /// <summary>A piece from the middle of a message.</summary>
    None = 0,

    /// <summary>First piece of a message.</summary>
    StartOfMessage = 0x01,

    /// <summary>Last piece of a message: ends an HTTP body. The piece may be empty.</summary>
    EndOfMessage = 0x02,

    /// <summary>A message in one piece.</summary>
    WholeMessage = StartOfMessage | EndOfMessage,

    /// <summary>Nothing more will be sent on this connection (half-close); receiving goes on.</summary>
    EndOfStream = 0x100,

    /// <summary>
    /// ws: the message is text, which is the application's to have in UTF-8. Counts on its first piece; without this and <see cref="Binary"/> the policy's <c>ws_binary</c>
    /// decides. Other protocols ignore it.
    /// </summary>
    Text = 0x200,

    /// <summary>ws: the message is binary. Counts on its first piece; other protocols ignore it.</summary>
    Binary = 0x400,
}
