using System.Net.NetworkInformation;

namespace SecureStreams.Network;

/// <summary>Notices that this machine is in another network than before, so that nothing learned in the old one is used in the new. Safe from any thread.</summary>
public abstract class SsNetworkWatch
{
    /// <summary>The operating system's notices: an address of this machine came or went.</summary>
    public static SsNetworkWatch System { get; } = new SystemWatch();

    /// <summary>How many changes there have been since the first look. A look at it must be cheap: each dial by name takes one.</summary>
    public abstract long Changes { get; }

    private sealed class SystemWatch : SsNetworkWatch
    {
        private long _changes;
        private int _listening;

        public override long Changes
        {
            get
            {
                // From the first look on: a program that dials no names needs no notices.
                if (Volatile.Read(ref _listening) == 0 && Interlocked.Exchange(ref _listening, 1) == 0)
                    Listen();
                return Volatile.Read(ref _changes);
            }
        }

        private void Listen()
        {
            try
            {
                NetworkChange.NetworkAddressChanged += (_, _) => Interlocked.Increment(ref _changes);
            }
            catch (Exception error) when (error is NetworkInformationException or PlatformNotSupportedException)
            {
                // No notices here: what is remembered then goes by time alone.
            }
        }
    }
}
