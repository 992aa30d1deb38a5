namespace SecureStreams.Tool.Running;

/// <summary>One <c>--blob NAME=VALUE</c>.</summary>
/// <param name="Name">The blob, checked.</param>
/// <param name="Value">As given: text, <c>@file</c> or <c>@-</c>.</param>
internal readonly record struct BlobArgument(string Name, string Value)
{
    /// <summary>The value that stands for standard input.</summary>
    public const string StandardInput = "@-";

    /// <summary>The file it names; null where it is text.</summary>
    public string? File => Value is ['@', .. var path] ? path : null;

    /// <summary>Tells no value.</summary>
    public override string ToString() => Name;
}
