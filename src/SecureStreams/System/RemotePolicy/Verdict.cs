using System.Collections.Immutable;

namespace SecureStreams.Remote;

/// <summary>What was found of a document.</summary>
/// <param name="Stage">Where it was found wanting; none when it was not.</param>
/// <param name="Message">Why.</param>
/// <param name="Terms">What it says of itself, once it was read.</param>
/// <param name="Lines">What the loader says.</param>
internal sealed record Verdict(SsRemotePolicyStage Stage, string Message, PolicyTerms Terms, ImmutableArray<string> Lines)
{
    public bool Good => Stage == SsRemotePolicyStage.None;

    public static Verdict Wrong(SsRemotePolicyStage stage, string message, PolicyTerms terms = default, ImmutableArray<string> lines = default) => new(stage, message, terms, lines.IsDefault ? [] : lines);
}
