using System.Text;

namespace SecureStreams.Policy;

/// <summary>A policy text with its name: a base, or an overlay.</summary>
/// <param name="Utf8">The text; a byte order mark is skipped. Not kept beyond the load.</param>
/// <param name="Name">What diagnostics and places call it, usually its file name.</param>
public readonly record struct PolicyDocument(ReadOnlyMemory<byte> Utf8, string Name)
{
    /// <summary>A document of text in memory.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What diagnostics and places call it.</param>
    public static PolicyDocument FromJson(string json, string name)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(name);
        return new PolicyDocument(Encoding.UTF8.GetBytes(json), name);
    }

    /// <summary>The name alone: a text may hold secrets.</summary>
    public override string ToString() => Name;
}
