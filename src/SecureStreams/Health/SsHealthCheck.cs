using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SecureStreams;

/// <summary>
/// The health check of a context: what policy is in force and since when, whether one was refused, whether streams and listeners are where the policy wants them, how long certificates last. It asks
/// the network nothing and takes no time. The thresholds are in <see cref="SsHealthOptions"/>, the rules in <c>docs/hosting.md</c>. Safe from any thread.
/// </summary>
/// <param name="context">The context.</param>
/// <param name="options">Thresholds; defaults when null.</param>
public sealed class SsHealthCheck(LocalContext context, SsHealthOptions? options = null) : IHealthCheck
{
    /// <summary>The name of the registration, where nobody gives another: <c>secure-streams</c>.</summary>
    public const string DefaultName = "secure-streams";

    private readonly SsHealthOptions _options = options ?? new SsHealthOptions();

    /// <summary>For <c>services.AddHealthChecks().Add(...)</c>, which needs the package Microsoft.Extensions.Diagnostics.HealthChecks; with SecureStreams.Server it is <c>AddHealthChecks().AddSecureStreams()</c>.</summary>
    /// <param name="name">Its name; for a context that has one, with that after it.</param>
    /// <param name="options">Thresholds; defaults when null.</param>
    /// <param name="contextName">Which context, where <c>AddSecureStreams</c> registered several; null, the default, for the one without a name.</param>
    /// <param name="tags">As for any health check; none when null.</param>
    /// <returns>The registration.</returns>
    public static HealthCheckRegistration Register(string name = DefaultName, SsHealthOptions? options = null, string? contextName = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new HealthCheckRegistration(
            name,
            services => new SsHealthCheck(string.IsNullOrEmpty(contextName) ? services.GetRequiredService<LocalContext>() : services.GetRequiredKeyedService<LocalContext>(contextName), options),
            failureStatus: null,
            tags);
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult(Check(context.Registration?.FailureStatus ?? HealthStatus.Unhealthy));
    }

    private HealthCheckResult Check(HealthStatus worst)
    {
        if (context.IsDisposed)
            return new HealthCheckResult(worst, "the context is disposed");
        var health = context.ReadHealth();
        var now = context.Options.Platform.Time.GetUtcNow();
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["policy_revision"] = health.Revision,
            ["policy_source"] = _options.Detailed ? health.Source : NameOf(health.Source),
            ["policy_age_seconds"] = (long)(now - health.Since).TotalSeconds,
            ["streams"] = health.Streams,
            ["streams_connected"] = health.Connected,
        };
        List<string> broken = [], doubtful = [];
        JudgePolicy(health, now, data, doubtful);
        JudgeRemote(health, now, data, doubtful);
        JudgeStreams(health, now, data, doubtful);
        JudgeListeners(health, data, broken, doubtful);
        JudgeCertificates(health, now, data, broken, doubtful);
        var status = broken.Count > 0 ? worst : doubtful.Count > 0 ? HealthStatus.Degraded : HealthStatus.Healthy;
        var text = string.Create(CultureInfo.InvariantCulture, $"policy revision {health.Revision}, {health.Connected} of {health.Streams} streams connected");
        return new HealthCheckResult(status, string.Join("; ", [.. broken, .. doubtful, text]), data: data);
    }

    private void JudgePolicy(ContextHealth health, DateTimeOffset now, Dictionary<string, object> data, List<string> doubtful)
    {
        if (health.Published is { } published)
            data["policy_published_revision"] = published;
        if (health.Expires is { } expires)
        {
            data["policy_expires"] = expires.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
            if (now >= expires)
                doubtful.Add("the policy in force has expired");
        }

        if (_options.MaximumPolicyAge is { } oldest && now - health.Since > oldest)
            doubtful.Add("the policy in force is older than it should be");
        if (health.Refused is { } refused)
        {
            data["last_refusal"] = _options.Detailed
                ? refused.Refusal!
                : string.Create(CultureInfo.InvariantCulture, $"'{NameOf(refused.Name)}' at {refused.Time.UtcDateTime:u}, {refused.Findings} findings");
            doubtful.Add("the last policy was refused");
        }

        if (health.FileProblem is { } problem)
        {
            data["policy_files"] = _options.Detailed ? problem : "not in force";
            if (health.Refused is null)
                doubtful.Add("a policy file cannot be read");
        }
    }

    // Whatever is wrong with where it comes from, a policy is in force: that is degraded, and never worse.
    private void JudgeRemote(ContextHealth health, DateTimeOffset now, Dictionary<string, object> data, List<string> doubtful)
    {
        if (health.Remote is not { Concern: { } concern } remote)
            return;
        var brief = remote switch
        {
            { IsExpired: true } => "the remote policy has expired",
            { StoreProblem: not null } => "the remote policy is not on disk",
            { LastResult.Stage: SsRemotePolicyStage.Trial } => "the fetched policy was taken back",
            { LastResult: { Outcome: SsRemotePolicyOutcome.Refused, Stage: var stage } } => $"the fetched policy was refused ({stage})",
            { LastResult.Outcome: SsRemotePolicyOutcome.Unavailable } => "the policy has no streamtype that fetches it",
            _ => "the last fetch of the policy failed",
        };
        data["remote_policy"] = _options.Detailed ? concern : brief;

        // The policy in force has said that of itself already.
        if (!(remote.IsExpired && health.Expires <= now))
            doubtful.Add(brief);
    }

    private void JudgeStreams(ContextHealth health, DateTimeOffset now, Dictionary<string, object> data, List<string> doubtful)
    {
        var lost = health.Lost.Where(one => now - one.Since >= _options.ConnectGrace).ToList();
        if (lost.Count == 0)
            return;
        data["not_connected"] = lost.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Stream.StreamType}#{one.Stream.Id} for {(long)(now - one.Since).TotalSeconds} s")).ToArray();
        doubtful.Add(string.Create(CultureInfo.InvariantCulture, $"{lost.Count} nailed_up streams are not connected"));
    }

    private void JudgeListeners(ContextHealth health, Dictionary<string, object> data, List<string> broken, List<string> doubtful)
    {
        foreach (var (streamType, isDeaf, problem) in health.Listeners)
        {
            data[$"listener.{streamType}"] = _options.Detailed ? problem : isDeaf ? "hears nobody" : "not where the policy says";
            (isDeaf ? broken : doubtful).Add($"listener '{streamType}' {(isDeaf ? "hears nobody" : "could not move")}");
        }
    }

    private void JudgeCertificates(ContextHealth health, DateTimeOffset now, Dictionary<string, object> data, List<string> broken, List<string> doubtful)
    {
        foreach (var one in health.Certificates)
        {
            var kind = one.Kind switch { CertificateKind.Server => "server", CertificateKind.Client => "client", _ => "root" };
            var left = one.NotAfter - now;
            var key = $"certificate_days.{kind}.{one.Name}";
            var days = Math.Floor(left.TotalDays);

            // Of one name the one that ends first: several streamtypes may share a blob.
            if (!data.TryGetValue(key, out var known) || (double)known > days)
                data[key] = days;
            if (left > _options.CertificateWarning)
                continue;
            if (left > TimeSpan.Zero)
                doubtful.Add(string.Create(CultureInfo.InvariantCulture, $"the {kind} certificate '{one.Name}' ends in {days:0} days"));
            else if (one.Kind == CertificateKind.Root)
                doubtful.Add($"the root certificate '{one.Name}' has expired"); // There may be others in its store.
            else
                broken.Add($"the {kind} certificate '{one.Name}' has expired");
        }
    }

    // Documents are often called by their path, which is nobody's business.
    private static string NameOf(string source) => string.Join(", ", source.Split(", ").Select(Path.GetFileName));
}
