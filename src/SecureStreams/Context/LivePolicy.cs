using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// The policy of a context, which changes while it runs: the new sum is read and checked aside, then one reference is replaced. Read from any thread without a lock; changes
/// follow one another.
/// </summary>
internal sealed partial class LivePolicy
{
    /// <summary>Overlays applied at a time. Each change reads them all, so a program that never removes any shall not get slower without end.</summary>
    public const int MaxOverlays = 256;

    private readonly Lock _changing = new();
    private readonly SsContextOptions _options;
    private readonly ILogger _logger;
    private PolicySnapshot _current;
    private int _lastUnnamed;

    /// <param name="model">What is in force at first.</param>
    /// <param name="documents">The documents it was made of; default for a model that was made of none, or of none that are known.</param>
    /// <param name="lines">What the loader noticed.</param>
    /// <param name="options">How changes are judged.</param>
    /// <param name="logger">Where warnings go.</param>
    public LivePolicy(PolicyModel model, ImmutableArray<PolicyDocument> documents, ImmutableArray<string> lines, SsContextOptions options, ILogger logger)
    {
        FaultGate.ThrowIfForbidden(model, options);
        _current = new PolicySnapshot(model, 0, documents, [], lines);
        _options = options;
        _logger = logger;
        foreach (var line in lines)
            ContextLog.PolicyWarning(logger, line);
        UnusedAttributes.Log(model, logger);
    }

    /// <summary>Foretells what a policy in place of another does to the streams and listeners there are; called under the lock that orders changes, and calls nobody.</summary>
    public required Func<PolicyModel, PolicyModel, IReadOnlyList<SsPolicyEffect>> Foresee { get; init; }

    /// <summary>Tells streams and listeners that a policy has taken the place of another.</summary>
    public required Action<PolicyModel, PolicyModel> Tell { get; init; }

    /// <summary>Told whether a change was applied.</summary>
    public required Action<bool> Counted { get; init; }

    /// <summary>The streamtypes that stay when the policy in force does not have them; null for none. A fetched policy that forgets how it was fetched shall not be the last one.</summary>
    public Func<string, StreamTypePolicy?>? Fallback { get; set; }

    /// <summary>What is in force.</summary>
    public PolicySnapshot Current => Volatile.Read(ref _current);

    /// <summary>The effective policy of a streamtype; null when there is none.</summary>
    public StreamTypePolicy? Find(string streamType) => Current.Model.StreamTypes.GetValueOrDefault(streamType) ?? Fallback?.Invoke(streamType);

    /// <summary>Lays <paramref name="overlay"/> on top; one whose name is in force is replaced at its place.</summary>
    /// <param name="overlay">The overlay; copied.</param>
    /// <param name="named">Whether the caller gave the name, else one that is free is made of it.</param>
    /// <param name="apply">Whether it is meant, or only asked about.</param>
    /// <param name="trial">What it has to come up to; null for what the policy says.</param>
    public SsPolicyUpdate Overlay(PolicyDocument overlay, bool named, bool apply, SsPolicyTrialOptions? trial = null)
    {
        var own = PolicyText.Own(overlay);
        return Run(own.Name!, apply, trial, before =>
        {
            ThrowIfBare(before);
            var mine = named ? own : own with { Name = UnusedName(own.Name!, apply) };
            var at = IndexOf(mine.Name!);
            if (at < 0 && before.Applied.Length == MaxOverlays)
                throw new SsPolicyException($"{MaxOverlays} overlays are applied, which is the limit: remove those that have served, or apply under a name that is in force, which replaces it.");
            return new PolicyEdit(mine.Name!, before.Documents, at < 0 ? before.Applied.Add(mine) : before.Applied.SetItem(at, mine), [mine.Name!]);
        })!;
    }

    /// <summary>Takes an overlay away; null when none of that name is in force.</summary>
    public SsPolicyUpdate? Remove(string name, bool apply, SsPolicyTrialOptions? trial = null) => Run(name, apply, trial, before =>
    {
        ThrowIfBare(before);
        return IndexOf(name) is var at and >= 0 ? new PolicyEdit(name, before.Documents, before.Applied.RemoveAt(at), []) : null;
    });

    /// <summary>Puts other documents under the overlays there are.</summary>
    /// <param name="documents">The base and what was laid over it from the start; copied. The overlays of the options go over them, as when a context is made.</param>
    /// <param name="apply">Whether it is meant, or only asked about.</param>
    /// <param name="trial">What it has to come up to; null for what the policy says.</param>
    public SsPolicyUpdate Replace(IReadOnlyList<PolicyDocument> documents, bool apply, SsPolicyTrialOptions? trial = null)
    {
        ImmutableArray<PolicyDocument> own = [.. documents.Select(PolicyText.Own), .. _options.Overlays.Select(PolicyText.Own)];
        return Run(string.Join(", ", documents.Select(static one => one.Name)), apply, trial, before => new PolicyEdit("", own, before.Applied, [.. documents.Select(static one => one.Name)]))!;
    }

    /// <summary>Puts a model in place of everything.</summary>
    public SsPolicyUpdate Replace(PolicyModel model, bool apply, SsPolicyTrialOptions? trial = null) => Run("model", apply, trial, before => before.Applied.IsEmpty
        ? new PolicyEdit("", default, [], [], model)
        : throw new SsPolicyException($"A model has no text that the overlays in force ({string.Join(", ", before.Applied)}) could change: remove them first, or update from text."))!;

    /// <summary>A change whose text could not even be had.</summary>
    public SsPolicyUpdate Refuse(string name, SsPolicyException error) => Refused(name, error, apply: true);

    private SsPolicyUpdate? Run(string name, bool apply, SsPolicyTrialOptions? trial, Func<PolicySnapshot, PolicyEdit?> edit)
    {
        PolicySnapshot before, after;
        TrialTurn turn = default;
        IReadOnlyList<SsPolicyEffect> effects;
        try
        {
            lock (_changing)
            {
                before = _current;
                if (edit(before) is not { } wanted)
                    return null;
                if (wanted.Name.Length > 0)
                    name = wanted.Name;
                var (loaded, lines) = wanted.Model is { } model ? (model, []) : PolicyText.LoadWhole([.. wanted.Documents, .. wanted.Applied], _options, wanted.Fresh);
                if (loaded.StreamTypes.Count == 0 && before.Model.StreamTypes.Count > 0)
                    throw new SsPolicyException("It has no streamtype, which would end every stream: a policy that takes the place of another needs one at least; dispose the context to end all.", lines);
                FaultGate.ThrowIfForbidden(loaded, _options);
                after = new PolicySnapshot(PolicyIdentity.Keep(before.Model, loaded), before.Revision + 1, wanted.Documents, wanted.Applied, lines);
                effects = Foresee(before.Model, after.Model);
                if (apply)
                {
                    // Before it is in force: what becomes of those it touches is to be seen from the first.
                    turn = TurnTrial(name, before, after, trial);
                    Volatile.Write(ref _current, after);
                }
            }
        }
        catch (SsPolicyException error)
        {
            return Refused(name, error, apply);
        }

        var update = Enact(name, apply, before, after, effects, turn.Trial);
        GoOn(turn);
        return update;
    }

    /// <summary>Tells everybody. Not under the lock: streams, loggers and listeners to metrics are other people's code.</summary>
    private SsPolicyUpdate Enact(string name, bool apply, PolicySnapshot before, PolicySnapshot after, IReadOnlyList<SsPolicyEffect> effects, PolicyTrial? trial)
    {
        if (apply)
            Tell(before.Model, after.Model);
        var difference = PolicyDiff.Between(before.Model, after.Model);
        var streams = difference[PolicySection.StreamTypes];
        var update = new SsPolicyUpdate
        {
            Applied = apply,
            Refusal = null,
            Revision = apply ? after.Revision : before.Revision,
            Overlay = name,
            Changed = [.. streams.Changed.Select(static part => part.After.Name)],
            Added = [.. streams.Added.Select(static part => part.Name)],
            Removed = [.. streams.Removed.Select(static part => part.Name)],
            Effects = effects,
            Difference = difference,
            Diagnostics = after.Lines,
            Trial = trial is null ? null : new SsPolicyTrial(trial),
        };
        if (apply)
            Log(before, after, update);
        return update;
    }

    private SsPolicyUpdate Refused(string name, SsPolicyException error, bool apply)
    {
        var current = Current;
        if (apply)
        {
            Counted(false);
            RecordRefused(name, error);
            ContextLog.PolicyRefused(_logger, name, current.Revision, error.Message);
        }

        return new SsPolicyUpdate
        {
            Applied = false,
            Refusal = error.Message,
            Revision = current.Revision,
            Overlay = name,
            Changed = [],
            Added = [],
            Removed = [],
            Effects = [],
            Difference = PolicyDiff.Between(current.Model, current.Model),
            Diagnostics = error.Diagnostics,
        };
    }

    private void Log(PolicySnapshot before, PolicySnapshot after, SsPolicyUpdate update)
    {
        Counted(true);
        RecordApplied(update.Overlay);
        ContextLog.PolicyChanged(_logger, update.Overlay, update.Revision, update.Changed.Count, update.Added.Count, update.Removed.Count, update.Effects.Count);
        foreach (var line in after.Lines.Except(before.Lines, StringComparer.Ordinal))
            ContextLog.PolicyWarning(_logger, line);
        var touched = update.Changed.Concat(update.Added).ToFrozenDictionary(static one => one, one => after.Model.StreamTypes[one], StringComparer.Ordinal);
        UnusedAttributes.Log(after.Model with { StreamTypes = touched }, _logger);
    }

    private string UnusedName(string name, bool take)
    {
        var number = _lastUnnamed;
        string candidate;
        do
            candidate = string.Create(CultureInfo.InvariantCulture, $"{name} {++number}");
        while (IndexOf(candidate) >= 0);
        if (take)
            _lastUnnamed = number;
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

    private static void ThrowIfBare(PolicySnapshot snapshot)
    {
        if (snapshot.Documents.IsDefault)
            throw new SsPolicyException("This context was made of a policy model, which has no text for an overlay to change: make it with SsContext.FromFile, FromFiles or FromJson.");
    }
}
