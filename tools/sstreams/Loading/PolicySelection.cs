using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>Which texts make up the policy, and how they are judged: what <c>--policy</c>, <c>--overlay</c>, <c>--product</c> and <c>--strict</c> say.</summary>
/// <param name="Base">The file of the base; <c>-</c> is standard input.</param>
/// <param name="Overlays">The files that are laid over it, in order.</param>
/// <param name="Options">How they are judged.</param>
internal sealed record PolicySelection(string Base, ImmutableArray<string> Overlays, PolicyLoadOptions Options)
{
    /// <summary>What lines about the whole call it: the base.</summary>
    public string Name => NameOf(Base);

    /// <summary>What diagnostics call <paramref name="file"/>.</summary>
    public static string NameOf(string file) => file == InputFile.StandardInput ? "<stdin>" : PlainText.OneLine(file);
}
