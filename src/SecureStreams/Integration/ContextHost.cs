using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SecureStreams.Integration;

/// <summary>
/// Makes the contexts before any service of the host starts, so that a policy that cannot be used stops the start; and ends their streams after all services have
/// stopped, whatever the order in which they were registered.
/// </summary>
internal sealed class ContextHost(IServiceProvider services, IEnumerable<ContextRegistration> registrations, ILoggerFactory loggers) : IHostedLifecycleService
{
    private readonly List<LocalContext> _contexts = [];

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var name in registrations.Select(static one => one.Name).Distinct(StringComparer.Ordinal))
            _contexts.Add(name.Length == 0 ? services.GetRequiredService<LocalContext>() : services.GetRequiredKeyedService<LocalContext>(name));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        var ending = Task.WhenAll(_contexts.Select(static context => context.DisposeAsync().AsTask()));
        try
        {
            await ending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ending.IsCompleted)
        {
            HostingLog.StopAbandoned(loggers.CreateLogger("SecureStreams.Hosting"));
        }
    }
}
