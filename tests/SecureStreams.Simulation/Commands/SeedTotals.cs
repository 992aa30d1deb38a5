using System.Globalization;
using SecureStreams.Simulation.Edits;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Commands;

/// <summary>The sum of many runs.</summary>
internal sealed class SeedTotals
{
    private const double MicrosecondsAYear = 365.25 * 24 * 3600 * 1e6;

    private readonly List<SimViolation> _violations = [];

    public int Seeds { get; private set; }

    public long Steps { get; private set; }

    public long Faults { get; private set; }

    public long Attempts { get; private set; }

    public long Messages { get; private set; }

    public long Acknowledged { get; private set; }

    /// <summary>What was edited, over all seeds.</summary>
    public EditTotals Edits { get; } = new();

    public double StreamYears { get; private set; }

    /// <summary>The fewest faults and the shortest virtual time of any whole run.</summary>
    public (int Faults, long Time) Least { get; private set; } = (int.MaxValue, long.MaxValue);

    public TimeSpan Elapsed { get; set; }

    /// <summary>In the order of their seeds.</summary>
    public IReadOnlyList<SimViolation> Violations => [.. _violations.OrderBy(static violation => violation.Seed)];

    public void Add(SimResult result, int streams)
    {
        Seeds++;
        Steps += result.Steps;
        Faults += result.Faults;
        Attempts += result.Attempts;
        Messages += result.Messages;
        Acknowledged += result.Acknowledged;
        if (result.Edits is { } edits)
            Edits.Add(edits);
        StreamYears += streams * (double)result.Time / MicrosecondsAYear;
        if (result.Violation is not null)
            _violations.Add(result.Violation);
        else
            Least = (Math.Min(Least.Faults, result.Faults), Math.Min(Least.Time, result.Time));
    }

    /// <summary>What became of the promises that edits of a policy make.</summary>
    public string Verdict => string.Create(CultureInfo.InvariantCulture,
        $"disconnects outside of the plan: {Broken("PlanKept", "CauseNamed")}; acknowledged messages lost or repeated: {Broken("AcknowledgedOnce", "NothingLost", "PayloadIntact", "Payload")}; refused edits that changed something: {Broken("RefusedChangesNothing")}; equal policies that were noticed: {Broken("EqualUnnoticed")}; streams left behind: {Broken("NewestPolicy", "NeverLost")}");

    private int Broken(params IReadOnlyList<string> invariants) => _violations.Count(violation => invariants.Contains(violation.Invariant));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Seeds} seeds, {Steps:N0} steps, {Attempts:N0} attempts, {Messages:N0} messages, {Acknowledged:N0} acknowledged, {Faults:N0} faults, {StreamYears:0.000} stream-years in {Elapsed.TotalSeconds:0.0} s, {_violations.Count} violations");
}
