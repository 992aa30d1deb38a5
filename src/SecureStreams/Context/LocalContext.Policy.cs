using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>The whole policy at run time. Any thread may call; changes follow one another, and each is in force whole or not at all.</summary>
public sealed partial class LocalContext
{
    /// <summary>
    /// Puts another policy in place of the one that the context was made of. The overlays of <see cref="SsContextOptions.Overlays"/> and those applied at run time stay over it. The sum is
    /// read and checked aside, and only when all of it is sound does it replace what is in force, at once. What it then does to each stream and listener is in
    /// <see cref="SsPolicyUpdate.Effects"/>, and its rules in <c>docs/live-policy.md</c>; streams whose effective policy is equal notice nothing.
    /// </summary>
    /// <param name="json">The policy, as JSON text; diagnostics call it <c>policy</c>.</param>
    /// <returns>What changed. A policy that has errors, or is another product's, is refused (<see cref="SsPolicyUpdate.Refusal"/>), and nothing has changed then.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate UpdatePolicy(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return UpdatePolicy(PolicyDocument.FromJson(json, "policy"));
    }

    /// <summary>As <see cref="UpdatePolicy(string)"/>, from a base and overlays in their order.</summary>
    /// <param name="documents">The documents; their text is copied.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ArgumentException">There is none, or one has no name.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate UpdatePolicy(params IReadOnlyList<PolicyDocument> documents) => UpdatePolicy(documents, trial: null);

    /// <summary>As <see cref="UpdatePolicy(string)"/>, by a model, such as one that was compiled into the program. Refused while overlays are applied, which have no text to change in it.</summary>
    /// <param name="model">The policy; it is not checked, as when a context is made of it.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate UpdatePolicy(PolicyModel model) => UpdatePolicy(model, trial: null);

    /// <summary>As <see cref="UpdatePolicy(string)"/>, from files: the base, then overlays in their order, each read once. A file that cannot be read refuses the update.</summary>
    /// <param name="paths">JSON files, UTF-8, at most <see cref="SsContextExtensions.LargestPolicyBytes"/> each; diagnostics name each as it is given here.</param>
    /// <returns>What changed, or why nothing did.</returns>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate UpdatePolicyFromFiles(params IReadOnlyList<string> paths) => UpdatePolicyFromFiles(paths, trial: null);

    /// <summary>A policy that comes in pieces, from a network for instance. Nothing changes before <see cref="SsPolicyFeed.Complete"/>.</summary>
    /// <param name="name">What diagnostics call it.</param>
    /// <returns>What takes the pieces.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyFeed BeginPolicyUpdate(string name = "policy")
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDisposed();
        return new SsPolicyFeed(name, document => UpdatePolicy(document));
    }

    /// <summary>What <see cref="UpdatePolicy(string)"/> would do now, stream by stream. Nothing changes, and nothing is logged.</summary>
    /// <param name="json">The policy, as JSON text.</param>
    /// <returns>The plan: <see cref="SsPolicyUpdate.Applied"/> is false, and <see cref="SsPolicyUpdate.Refusal"/> tells whether it could be.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate Plan(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Plan(PolicyDocument.FromJson(json, "policy"));
    }

    /// <summary>What <see cref="UpdatePolicy(IReadOnlyList{PolicyDocument})"/> would do now.</summary>
    /// <param name="documents">The documents.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">There is none, or one has no name.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate Plan(params IReadOnlyList<PolicyDocument> documents)
    {
        Check(documents);
        return _policy.Replace(documents, apply: false);
    }

    /// <summary>What <see cref="UpdatePolicy(PolicyModel)"/> would do now.</summary>
    /// <param name="model">The policy.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate Plan(PolicyModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ThrowIfDisposed();
        return _policy.Replace(model, apply: false);
    }

    /// <summary>What <see cref="ApplyOverlay(PolicyDocument)"/> would do now.</summary>
    /// <param name="overlay">The overlay.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException">The document has no name.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate PlanOverlay(PolicyDocument overlay)
    {
        ThrowIfNameless(overlay, nameof(overlay));
        ThrowIfDisposed();
        return _policy.Overlay(overlay, named: true, apply: false);
    }

    /// <summary>What <see cref="RemoveOverlay(string)"/> would do now.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The plan; null when none of that name is applied.</returns>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyUpdate? PlanWithoutOverlay(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDisposed();
        return _policy.Remove(name, apply: false);
    }

    private void Check(IReadOnlyList<PolicyDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        if (documents.Count == 0)
            throw new ArgumentException("A policy has at least a base document.", nameof(documents));
        foreach (var document in documents)
            ThrowIfNameless(document, nameof(documents));
        ThrowIfDisposed();
    }

    private List<SsPolicyEffect> Foresee(PolicyModel before, PolicyModel after)
    {
        List<SsPolicyEffect>? effects = null;
        var touched = TouchedBy(before, after);
        if (touched.Count == 0)
            return [];
        foreach (var (stream, _) in _streams)
        {
            if (touched.Contains(stream.StreamType) && stream.Foresee(after.StreamTypes.GetValueOrDefault(stream.StreamType)) is { } effect)
                (effects ??= []).Add(effect);
        }

        foreach (var (listener, _) in _listeners)
        {
            if (listener is ILiveListener live && touched.Contains(live.StreamType) && live.Foresee(after.StreamTypes.GetValueOrDefault(live.StreamType)) is { } effect)
                (effects ??= []).Add(effect);
        }

        effects?.Sort(static (one, other) => string.CompareOrdinal(one.StreamType, other.StreamType) is var order and not 0 ? order : one.StreamId.CompareTo(other.StreamId));
        return effects ?? [];
    }

    private void TellPolicyChanged(PolicyModel before, PolicyModel after)
    {
        if (!before.Governor.Equals(after.Governor))
            _runtime.Governor.Reconsider();
        _faults?.PolicyChanged();

        // First: streams that look at the policy now find the schemes that it has.
        _tokens.PolicyChanged(before, after);
        var touched = TouchedBy(before, after);
        if (touched.Count == 0)
            return;
        foreach (var stream in InOrder())
        {
            if (touched.Contains(stream.StreamType))
                stream.TellPolicyChanged();
        }

        foreach (var (listener, _) in _listeners)
        {
            if (listener is ILiveListener live && touched.Contains(live.StreamType))
                live.TellPolicyChanged();
        }
    }

    /// <summary>The streams as they were created: what they do next begins in this order, so that on a virtual clock the same change does the same again.</summary>
    private IEnumerable<LocalStream> InOrder() => _streams.Keys.OrderBy(static stream => stream.Id);

    /// <summary>The streamtypes of <paramref name="before"/> whose streams have anything to look at.</summary>
    internal static HashSet<string> TouchedBy(PolicyModel before, PolicyModel after)
    {
        var touched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, now) in after.StreamTypes)
        {
            // One that comes back has streams too, of a time before it went.
            if (!before.StreamTypes.TryGetValue(name, out var was) || (!ReferenceEquals(was, now) && !was.Equals(now)))
                touched.Add(name);
        }

        foreach (var (name, _) in before.StreamTypes)
        {
            if (!after.StreamTypes.ContainsKey(name))
                touched.Add(name);
        }

        return touched;
    }
}
