using System.Collections.Immutable;
using System.Net.NetworkInformation;

namespace SecureStreams.Network;

/// <summary>Notices that this machine is in another network than before, so that nothing learned in the old one is used in the new. Safe from any thread.</summary>
public abstract class SsNetworkWatch
{
    /// <summary>The operating system's notices: an address of this machine came or went.</summary>
    public static SsNetworkWatch System { get; } = new SystemWatch();

    /// <summary>How many changes there have been since the first look. A look at it must be cheap: each dial by name takes one.</summary>
    public abstract long Changes { get; }

    /// <summary>Has somebody told of every change as it comes. This one tells nobody: what follows changes then goes by <see cref="Changes"/> alone.</summary>
    /// <param name="changed">Called after <see cref="Changes"/> has grown, on any thread; it returns at once and throws nothing.</param>
    /// <returns>Ends it when disposed; null where nobody is told.</returns>
    public virtual IDisposable? Subscribe(Action changed) => null;

    private sealed class SystemWatch : SsNetworkWatch
    {
        private ImmutableArray<Subscription> _subscriptions = [];
        private long _changes;
        private int _listening;

        public override long Changes
        {
            get
            {
                ListenOnce();
                return Volatile.Read(ref _changes);
            }
        }

        public override IDisposable Subscribe(Action changed)
        {
            ArgumentNullException.ThrowIfNull(changed);
            var subscription = new Subscription(this, changed);
            ImmutableInterlocked.Update(ref _subscriptions, static (all, one) => all.Add(one), subscription);
            ListenOnce();
            return subscription;
        }

        private void ListenOnce()
        {
            // From the first look on: a program that dials no names and follows no changes needs no notices.
            if (Volatile.Read(ref _listening) == 0 && Interlocked.Exchange(ref _listening, 1) == 0)
                Listen();
        }

        private void Changed()
        {
            Interlocked.Increment(ref _changes);
            foreach (var subscription in _subscriptions)
                subscription.Changed();
        }

        private void Listen()
        {
            try
            {
                NetworkChange.NetworkAddressChanged += (_, _) => Changed();
            }
            catch (Exception error) when (error is NetworkInformationException or PlatformNotSupportedException)
            {
                // No notices here: what is remembered then goes by time alone.
            }
        }

        private sealed class Subscription(SystemWatch owner, Action changed) : IDisposable
        {
            public Action Changed => changed;

            public void Dispose() => ImmutableInterlocked.Update(ref owner._subscriptions, static (all, one) => all.Remove(one), this);
        }
    }
}
