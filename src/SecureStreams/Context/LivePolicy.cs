using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// The policy of a context, which overlays change while it runs: the new sum is read and checked aside, then one reference is replaced. Read from any thread without a
/// lock; changes follow one another.
/// </summary>
internal sealed class LivePolicy
{
    /// <summary>Overlays applied at a time. Each change reads them all, so a program that never removes any shall not get slower without end.</summary>
    public const int MaxOverlays = 256;

    private readonly Lock _changing = new();
    private readonly SsContextOptions _options;
    private readonly ILogger _logger;
    private readonly ImmutableArray<PolicyDocument> _base;
    private PolicySnapshot _current;
    private int _lastUnnamed;

    /// <param name="model">What is in force at first.</param>
    /// <param name="documents">The documents it was made of; default for a model that was made of none, or of none that are known.</param>
    /// <param name="lines">What the loader noticed.</param>
    /// <param name="options">How overlays are judged.</param>
    /// <param name="logger">Where warnings go.</param>
    public LivePolicy(PolicyModel model, ImmutableArray<PolicyDocument> documents, ImmutableArray<string> lines, SsContextOptions options, ILogger logger)
    {
        _current = new PolicySnapshot(model, 0, [], lines);
        _base = documents;
        _options = options;
        _logger = logger;
        foreach (var line in lines)
            ContextLog.PolicyWarning(logger, line);
        UnusedAttributes.Log(model, logger);
    }

    /// <summary>What is in force.</summary>
    public PolicySnapshot Current => Volatile.Read(ref _current);

    /// <summary>The effective policy of a streamtype; null when there is none.</summary>
    public StreamTypePolicy? Find(string streamType) => Current.Model.StreamTypes.GetValueOrDefault(streamType);

    /// <summary>Lays <paramref name="overlay"/> on top; one whose name is in force is replaced at its place.</summary>
    /// <param name="overlay">The overlay; copied.</param>
    /// <param name="named">Whether the caller gave the name, else one that is free is made of it.</param>
    public SsPolicyUpdate Apply(PolicyDocument overlay, bool named)
    {
        ThrowIfBare();
        var own = PolicyText.Own(overlay);
        PolicySnapshot before, after;
        lock (_changing)
        {
            before = _current;
            if (!named)
                own = own with { Name = UnusedName(own.Name) };
            var at = IndexOf(own.Name);
            if (at < 0 && before.Applied.Length == MaxOverlays)
                throw new SsPolicyException($"{MaxOverlays} overlays are applied, which is the limit: remove those that have served, or apply under a name that is in force, which replaces it.");
            after = Change(before, at < 0 ? before.Applied.Add(own) : before.Applied.SetItem(at, own));
        }

        return Report(before, after, own.Name);
    }

    /// <summary>Takes an overlay away; null when none of that name is in force.</summary>
    public SsPolicyUpdate? Remove(string name)
    {
        ThrowIfBare();
        PolicySnapshot before, after;
        lock (_changing)
        {
            before = _current;
            var at = IndexOf(name);
            if (at < 0)
                return null;
            after = Change(before, before.Applied.RemoveAt(at));
        }

        return Report(before, after, name);
    }

    private PolicySnapshot Change(PolicySnapshot before, ImmutableArray<PolicyDocument> applied)
    {
        var (loaded, lines) = PolicyText.Load([.. _base, .. applied], _options);
        var after = new PolicySnapshot(PolicyIdentity.Keep(before.Model, loaded), before.Revision + 1, applied, lines);
        Volatile.Write(ref _current, after);
        return after;
    }

    /// <summary>Tells the log and the caller. Not under the lock: loggers are other people's code.</summary>
    private SsPolicyUpdate Report(PolicySnapshot before, PolicySnapshot after, string name)
    {
        var difference = PolicyDiff.Between(before.Model, after.Model);
        var streams = difference[PolicySection.StreamTypes];
        var update = new SsPolicyUpdate
        {
            Revision = after.Revision,
            Overlay = name,
            Changed = [.. streams.Changed.Select(static part => part.After.Name)],
            Added = [.. streams.Added.Select(static part => part.Name)],
            Removed = [.. streams.Removed.Select(static part => part.Name)],
            Difference = difference,
            Diagnostics = after.Lines,
        };
        Log(before, after, update);
        return update;
    }

    private void Log(PolicySnapshot before, PolicySnapshot after, SsPolicyUpdate update)
    {
        ContextLog.PolicyChanged(_logger, update.Overlay, update.Revision, update.Changed.Count, update.Added.Count, update.Removed.Count);
        foreach (var line in after.Lines.Except(before.Lines, StringComparer.Ordinal))
            ContextLog.PolicyWarning(_logger, line);
        var touched = update.Changed.Concat(update.Added).ToFrozenDictionary(static one => one, one => after.Model.StreamTypes[one], StringComparer.Ordinal);
        UnusedAttributes.Log(after.Model with { StreamTypes = touched }, _logger);
    }

    private string UnusedName(string name)
    {
        string candidate;
        do
            candidate = string.Create(CultureInfo.InvariantCulture, $"{name} {++_lastUnnamed}");
        while (IndexOf(candidate) >= 0);
        return candidate;
    }

    private int IndexOf(string name)
    {
        var applied = _current.Applied;
        for (var i = 0; i < applied.Length; i++)
        {
            if (string.Equals(applied[i].Name, name, StringComparison.Ordinal))
                return i;
        }

        return -1;
    }

    private void ThrowIfBare()
    {
        if (_base.IsDefault)
            throw new SsPolicyException("This context was made of a policy model, which has no text for an overlay to change: make it with SsContext.FromFile, FromFiles or FromJson.");
    }
}
