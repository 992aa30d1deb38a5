using SecureStreams.Policy;

namespace SecureStreams.Remote;

/// <summary>Whether a document may be used at all: signatures first, so that nothing is read of what nobody answers for. Keeps no state.</summary>
/// <param name="keys">Who must have signed.</param>
/// <param name="options">How policies are judged.</param>
internal sealed class PolicyJudge(PolicyKeys keys, SsContextOptions options)
{
    /// <summary>Whether signatures are asked for.</summary>
    public bool WantsSignatures => keys.Wanted;

    /// <summary>Judges a document by itself.</summary>
    /// <param name="document">Its bytes, and what diagnostics call it.</param>
    /// <param name="signatures">Its signatures.</param>
    public Verdict Judge(PolicyDocument document, ReadOnlyMemory<byte> signatures)
    {
        if (keys.Wanted && PolicySignatures.Verify(document.Utf8, signatures, keys) is { } unsigned)
            return Verdict.Wrong(SsRemotePolicyStage.Signature, $"The document '{document.Name}' is refused: {unsigned}.");
        try
        {
            var (model, lines) = PolicyText.Load([document], options, [document.Name]);
            var terms = PolicyTerms.Of(model.Document);
            return model.StreamTypes.Count == 0
                ? Verdict.Wrong(SsRemotePolicyStage.Document, $"The document '{document.Name}' has no streamtype, which would end every stream.", terms, lines)
                : new Verdict(SsRemotePolicyStage.None, "", terms, lines);
        }
        catch (SsPolicyException error)
        {
            return Verdict.Wrong(SsRemotePolicyStage.Document, $"The document '{document.Name}' cannot be used.", lines: [.. error.Diagnostics]);
        }
    }

    /// <summary>Judges one that was fetched by what was accepted before it.</summary>
    /// <param name="verdict">What was found of it by itself.</param>
    /// <param name="highest">The highest revision accepted so far; null when none had any.</param>
    /// <param name="isKnown">Whether the content of that is known, and this one is another.</param>
    /// <param name="now">The time.</param>
    public static Verdict JudgeSuccession(Verdict verdict, long? highest, bool isKnown, DateTimeOffset now)
    {
        if (!verdict.Good)
            return verdict;
        if (highest is { } before)
        {
            var why = verdict.Terms.Revision switch
            {
                null => $"It states no policy_revision, and revision {before} was accepted before: state a higher one.",
                { } revision when revision < before => $"Its policy_revision {revision} is older than {before}, which was accepted before: to go back, publish the old content under a higher revision.",
                { } revision when revision == before && isKnown => $"Its policy_revision {revision} was accepted before with other content: give each change a revision of its own.",
                _ => null,
            };
            if (why is not null)
                return verdict with { Stage = SsRemotePolicyStage.Revision, Message = why };
        }

        return verdict.Terms.Expires <= now
            ? verdict with { Stage = SsRemotePolicyStage.Expiry, Message = $"It expired at {verdict.Terms.Expires:yyyy-MM-dd HH:mm:ss zzz} (policy_expires), and the clock here says {now:yyyy-MM-dd HH:mm:ss}Z." }
            : verdict;
    }
}
