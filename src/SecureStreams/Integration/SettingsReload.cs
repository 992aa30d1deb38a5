using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SecureStreams.Policy;

namespace SecureStreams.Integration;

/// <summary>
/// Follows the settings of a context while it runs. Another policy, as file or as text, and other overlays are an update; to watch files or not is done at once; whatever else changed waits for the
/// next start, with a warning. Options that are not valid leave everything as it is.
/// </summary>
/// <remarks>
/// The options are made anew by their factory, not asked of the monitor, whose own listener would throw what is not valid into the thread that reloaded the settings.
/// </remarks>
internal sealed class SettingsReload : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _name;
    private readonly LocalContext _context;
    private readonly Func<string, string> _locate;
    private readonly IOptionsFactory<SecureStreamsOptions> _factory;
    private readonly IReadOnlyList<SettingsSource> _sources;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _registrations = [];
    private SecureStreamsOptions _seen;
    private PolicyLayers? _layers;
    private bool _isRefused;
    private bool _disposed;

    public SettingsReload(IServiceProvider services, string name, LocalContext context, SecureStreamsOptions given, Func<string, string> locate, ILogger logger)
    {
        _name = name;
        _context = context;
        _locate = locate;
        _logger = logger;
        _seen = given;
        _layers = given.ToLayers(locate);
        _factory = services.GetRequiredService<IOptionsFactory<SecureStreamsOptions>>();
        _sources = [.. services.GetServices<SettingsSource>().Where(one => one.Name == name)];
        foreach (var source in _sources)
            _registrations.Add(ChangeToken.OnChange(source.Section.GetReloadToken, Follow));

        // Of whoever else binds the options to something that changes.
        foreach (var other in services.GetServices<IOptionsChangeTokenSource<SecureStreamsOptions>>().Where(one => (one.Name ?? Options.DefaultName) == name))
            _registrations.Add(ChangeToken.OnChange(other.GetChangeToken, Follow));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
        foreach (var one in _registrations)
            one.Dispose();
    }

    private void Follow()
    {
        // One after the other: settings may be reloaded by several threads.
        lock (_lock)
        {
            if (_disposed)
                return;
            try
            {
                Follow(_factory.Create(_name));
            }
            catch (OptionsValidationException error)
            {
                foreach (var failure in error.Failures)
                    HostingLog.SettingsRefused(_logger, failure);
            }
            catch (ObjectDisposedException)
            {
                // The context ended under it.
            }
            catch (Exception error)
            {
                // Code that sets options is the program's own. Thrown on, it would end the reload for everybody else.
                HostingLog.SettingsFailed(_logger, error);
            }
        }
    }

    private void Follow(SecureStreamsOptions now)
    {
        foreach (var member in now.FixedDifferences(_seen))
            HostingLog.SettingWaits(_logger, KeyOf(member));
        if (now.ToLayers(_locate) is { } layers)
            FollowPolicy(layers);
        else if (!Equals(now.Model, _seen.Model))
            HostingLog.SettingWaits(_logger, KeyOf(nameof(SecureStreamsOptions.Model)));
        if (now.WatchFiles != (_context.PolicyWatch is not null))
            FollowWatch(now);
        _seen = now;
    }

    private void FollowPolicy(PolicyLayers layers)
    {
        // One that was refused is tried again: what it lacked may be there by now.
        if (_layers is { } before && before.IsSameAs(layers) && !_isRefused)
            return;
        _layers = layers;
        _isRefused = !_context.UpdateFrom(layers).Applied;
    }

    private void FollowWatch(SecureStreamsOptions now)
    {
        if (!now.WatchFiles)
            _ = _context.PolicyWatch?.DisposeAsync().AsTask();
        else if (_layers is { Paths.IsEmpty: false })
            _context.WatchPolicyFiles(now.WatchPolicyFiles);
    }

    private string KeyOf(string member) => _sources.Count > 0 ? _sources[^1].KeyOf(member) : member;
}
